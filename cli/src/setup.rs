//! What is looked for: the options that several commands share, and what they come to.

use std::{
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use clap::{Args, ValueEnum};
use hushgate::{
    Finding,
    config::Config,
    finders::Finders,
    fingerprint::{Fingerprint, Fingerprinter},
    policy::Direction,
    rule::{Exposure, Profile},
    stream::{Limits, Redactor},
};

use crate::failure::Failure;

/// The variable that holds the key of fingerprints, the same that the filters read.
pub(crate) const KEY_VARIABLE: &str = "HUSHGATE_FINGERPRINT_KEY";

/// What is looked for.
#[derive(Debug, Args)]
pub(crate) struct SetupArgs {
    /// How much is looked for, from the fewest false alarms to the fewest misses
    #[arg(long, value_enum)]
    profile: Option<ProfileWord>,
    /// A configuration of the filter, for its rules, known values, allow lists and profile
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The least exposure that counts: `identifier` and `public` add what opens nothing alone
    #[arg(long, value_enum, default_value_t = ExposureWord::Secret)]
    exposure: ExposureWord,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProfileWord {
    Quiet,
    Default,
    Strict,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExposureWord {
    Secret,
    Identifier,
    Public,
}

/// What the options come to. Every thread makes its own [`Detector`] of it.
pub(crate) struct Setup {
    json: Vec<u8>,
    profile: Option<Profile>,
    exposure_min: Exposure,
    key: Key,
}

/// What fingerprints are made with.
#[derive(Clone)]
enum Key {
    /// From the environment: they can be compared over time.
    Kept(Vec<u8>),
    /// Random: they mean something within this run.
    Ephemeral([u8; 32]),
}

impl Setup {
    /// Reads the configuration and the environment.
    pub(crate) fn new(args: &SetupArgs) -> Result<Setup, Failure> {
        let json = match &args.config {
            Some(path) => read(path)?,
            None => Vec::new(),
        };
        let profile = args.profile.map(|word| match word {
            ProfileWord::Quiet => Profile::Quiet,
            ProfileWord::Default => Profile::Default,
            ProfileWord::Strict => Profile::Strict,
        });
        let exposure_min = match args.exposure {
            ExposureWord::Secret => Exposure::Secret,
            ExposureWord::Identifier => Exposure::Identifier,
            ExposureWord::Public => Exposure::Public,
        };
        let setup = Setup { json, profile, exposure_min, key: Key::new()? };
        // A configuration that is wrong is named here, once and with its file.
        let name = args.config.as_deref().map(Path::display);
        match setup.detector() {
            Ok(_) => Ok(setup),
            Err(reason) => Err(match name {
                Some(name) => Failure::of(name, reason),
                None => Failure::Message(reason),
            }),
        }
    }

    /// Whether fingerprints can be compared with those of another run.
    pub(crate) fn has_lasting_key(&self) -> bool {
        matches!(self.key, Key::Kept(_))
    }

    /// What finds and judges, for one thread.
    pub(crate) fn detector(&self) -> Result<Detector, String> {
        let fingerprinter = Rc::new(self.key.fingerprinter()?);
        let mut config = Config::parse_with(&self.json, Some(Rc::clone(&fingerprinter)))
            .map_err(|error| error.to_string())?;
        config.profile = self.profile.unwrap_or(config.profile);
        let finders = config.finders(Direction::Response);
        Ok(Detector { config, finders, fingerprinter, exposure_min: self.exposure_min })
    }
}

impl Key {
    fn new() -> Result<Key, Failure> {
        if let Some(key) = std::env::var_os(KEY_VARIABLE).filter(|key| !key.is_empty()) {
            return Ok(Key::Kept(key.into_encoded_bytes()));
        }
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(|error| Failure::of("random numbers", error))?;
        Ok(Key::Ephemeral(key))
    }

    fn fingerprinter(&self) -> Result<Fingerprinter, String> {
        let made = match self {
            Key::Kept(key) => Fingerprinter::new(key),
            Key::Ephemeral(key) => Fingerprinter::ephemeral(key),
        };
        made.map_err(|error| format!("{KEY_VARIABLE}: {error}"))
    }
}

/// Finds and judges, in one thread.
pub(crate) struct Detector {
    config: Config,
    finders: Finders,
    fingerprinter: Rc<Fingerprinter>,
    exposure_min: Exposure,
}

/// What a finding is, by the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// Nothing: its rule is off, or its exposure too small.
    Off,
    /// Listed as allowed.
    Allowed,
    /// To be told.
    Told,
}

impl Detector {
    /// A redactor at the start of a stream.
    pub(crate) fn redactor(&self) -> Redactor {
        Redactor::with(self.config.limits, self.finders.clone())
    }

    /// What is looked for beside the built-in rules, and by which profile.
    pub(crate) fn finders(&self) -> &Finders {
        &self.finders
    }

    /// How far streams may go.
    pub(crate) fn limits(&self) -> Limits {
        self.config.limits
    }

    /// Whether fingerprints can be compared with those of another run.
    pub(crate) fn has_lasting_key(&self) -> bool {
        !self.fingerprinter.is_ephemeral()
    }

    /// The fingerprint of a finding's secret, where it is there as a whole.
    pub(crate) fn fingerprint(&self, finding: &Finding<'_>) -> Option<Fingerprint> {
        finding.fingerprint(&self.fingerprinter)
    }

    /// What the configuration says of a finding. The fingerprint is that of its secret.
    pub(crate) fn judge(
        &self,
        finding: &Finding<'_>,
        fingerprint: Option<Fingerprint>,
    ) -> Judgement {
        let rule = finding.rule;
        let is_off = self.config.rules_off.iter().any(|selector| selector.names(rule.id));
        if is_off || rule.exposure < self.exposure_min {
            return Judgement::Off;
        }
        match self.config.allow.permits(finding, fingerprint) {
            true => Judgement::Allowed,
            false => Judgement::Told,
        }
    }
}

/// A file's bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::of(path.display(), error))
}

/// A file's text; `-` is the input.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)
            .map_err(|error| Failure::of("input", error))?;
        bytes
    } else {
        read(path)?
    };
    String::from_utf8(bytes).map_err(|_| Failure::of(path.display(), "is no UTF-8"))
}
