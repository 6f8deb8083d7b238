//! Case files: TOML in, cases out.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::Deserialize;

use crate::{
    case::{Case, InNginx, Listener, Message, Pairs, Refused, Seen},
    secret::{Names, Planted},
    text,
};

/// The themes: the names of the case files, without their ending.
pub fn themes() -> Vec<String> {
    let files = fs::read_dir(directory()).expect("the cases lie beside this crate's sources");
    let names = files.map(|file| file.expect("a readable directory").file_name());
    let names = names.filter_map(|name| Some(name.to_str()?.strip_suffix(".toml")?.to_owned()));
    let mut themes: Vec<_> = names.collect();
    themes.sort();
    themes
}

/// Reads the cases of a theme.
///
/// # Panics
/// With the file, the case and the reason, if anything in it is wrong.
pub fn load(theme: &str) -> Vec<Case> {
    let path = directory().join(format!("{theme}.toml"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let file: File = toml::from_str(&text).unwrap_or_else(|e| panic!("{theme}.toml: {e}"));
    let read = |source: Source| {
        let name = source.name.clone();
        let case = Reader { names: &file.secret, planted: Vec::new() }.case(source);
        case.unwrap_or_else(|e| panic!("{theme}.toml: case {name:?}: {e}"))
    };
    file.case.into_iter().map(read).collect()
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    secret: Names,
    case: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: String,
    why: String,
    #[serde(default = "nothing")]
    config: String,
    listener: Option<String>,
    #[serde(default)]
    request: Part,
    #[serde(default)]
    response: Part,
    #[serde(default)]
    upstream: Part,
    #[serde(default)]
    client: Part,
    refused: Option<Refusal>,
    #[serde(default)]
    counters: BTreeMap<String, u64>,
    #[serde(default)]
    never_waits: bool,
    at_once_after: Option<String>,
    nginx: Option<Nginx>,
}

/// What is other in NGINX: `skip`, or what comes of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nginx {
    /// The reason, for who reads the file.
    #[serde(rename = "why")]
    _why: String,
    #[serde(default)]
    skip: bool,
    refused: Option<Refusal>,
    counters: Option<BTreeMap<String, u64>>,
}

/// A message, or what is different of one.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    method: Option<String>,
    path: Option<String>,
    authority: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<String>,
    body: Option<String>,
    #[serde(default)]
    trailers: Vec<String>,
    #[serde(default)]
    no_trailers: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    status: u16,
    reason: String,
    #[serde(default)]
    cut: bool,
    #[serde(default)]
    blanked: bool,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        let Refusal { status, reason, cut, blanked } = refusal;
        let seen = match (cut, blanked) {
            (true, _) => Seen::Cut,
            (_, true) => Seen::Blanked,
            _ => Seen::Reply,
        };
        Refused { status, reason, seen }
    }
}

fn nothing() -> String {
    "{}".into()
}

struct Reader<'a> {
    names: &'a Names,
    planted: Vec<Planted>,
}

impl Reader<'_> {
    fn case(mut self, source: Source) -> Result<Case, String> {
        let request = self.request(&source.request)?;
        let response = self.response(&source.response)?;
        let case = Case {
            upstream: self.changed(&request, &source.upstream)?,
            client: self.changed(&response, &source.client)?,
            name: source.name,
            why: source.why,
            config: source.config,
            listener: match source.listener.as_deref() {
                None => Listener::Unset,
                Some("inbound") => Listener::Inbound,
                Some("outbound") => Listener::Outbound,
                Some(other) => return Err(format!("listener {other:?}")),
            },
            request,
            response,
            refused: source.refused.map(Refused::from),
            counters: source.counters,
            never_waits: source.never_waits,
            at_once_after: source.at_once_after.map(|text| self.text(&text)).transpose()?,
            planted: self.planted,
            nginx: None,
        };
        Ok(match source.nginx {
            None => case,
            Some(other) => Case { nginx: Some(in_nginx(&case, other)), ..case },
        })
    }

    fn request(&mut self, part: &Part) -> Result<Message, String> {
        let method = if part.body.is_some() { "POST" } else { "GET" };
        let or = |value: &Option<String>, default: &str| value.as_deref().unwrap_or(default).into();
        let pseudo: [(&str, String); 3] = [
            (":method", or(&part.method, method)),
            (":path", or(&part.path, "/")),
            (":authority", or(&part.authority, "app.example")),
        ];
        self.message(&pseudo, part)
    }

    fn response(&mut self, part: &Part) -> Result<Message, String> {
        self.message(&[(":status", part.status.unwrap_or(200).to_string())], part)
    }

    fn message(&mut self, pseudo: &[(&str, String)], part: &Part) -> Result<Message, String> {
        let body = part.body.as_deref().map(|body| self.text(body)).transpose()?;
        let mut headers = Pairs::new();
        for (name, value) in pseudo {
            headers.push(((*name).to_owned(), self.text(value)?));
        }
        headers.extend(self.pairs(&part.headers)?);
        for (name, value) in &mut headers {
            if name == "content-length" && value == b"auto" {
                *value = body.as_deref().unwrap_or_default().len().to_string().into_bytes();
            }
        }
        let trailers = self.pairs(&part.trailers)?;
        Ok(Message { headers, body, trailers, no_trailers: part.no_trailers })
    }

    /// The message with what is different: each name that is mentioned has these values only.
    fn changed(&mut self, message: &Message, part: &Part) -> Result<Message, String> {
        let mut changed = message.clone();
        let mut different = self.pairs(&part.headers)?;
        if let Some(path) = &part.path {
            different.push((":path".into(), self.text(path)?));
        }
        overwrite(&mut changed.headers, different);
        overwrite(&mut changed.trailers, self.pairs(&part.trailers)?);
        if let Some(body) = &part.body {
            changed.body = Some(self.text(body)?);
        }
        Ok(changed)
    }

    fn pairs(&mut self, lines: &[String]) -> Result<Pairs, String> {
        let pair = |line: &String| {
            let (name, value) =
                line.split_once(": ").ok_or_else(|| format!("{line:?} is no header"))?;
            Ok((name.to_owned(), self.text(value)?))
        };
        lines.iter().map(pair).collect()
    }

    fn text(&mut self, text: &str) -> Result<Vec<u8>, String> {
        text::expand(text, self.names, &mut self.planted)
    }
}

/// The case as it is in NGINX.
fn in_nginx(case: &Case, other: Nginx) -> InNginx {
    if other.skip {
        return InNginx::Skipped;
    }
    InNginx::Other(Box::new(Case {
        refused: other.refused.map(Refused::from),
        counters: other.counters.unwrap_or_else(|| case.counters.clone()),
        ..case.clone()
    }))
}

fn overwrite(pairs: &mut Pairs, new: Pairs) {
    pairs.retain(|(name, _)| !new.iter().any(|(other, _)| other == name));
    pairs.extend(new);
}
