//! The judgement of one finding, where it stands.

use crate::{
    carrier,
    config::Config,
    finding::Finding,
    mask::Style,
    policy::{Action, Choice, Direction, Place},
    record::Record,
    stream::Verdict,
};

/// Judges the findings of one part of a message and remembers what there is to tell.
pub(super) struct Judge<'a> {
    pub(super) config: &'a Config,
    pub(super) actions: &'a Choice,
    pub(super) direction: Direction,
    pub(super) place: Place,
    /// How a label is written here.
    pub(super) style: Style,
    /// What is done where rewriting would break a signature.
    pub(super) instead_of_rewriting: Option<Action>,
    pub(super) is_token_exchange: bool,
    /// The host a request is for.
    pub(super) host: &'a [u8],
    /// Whether nothing is done of what is decided by rules.
    pub(super) is_dry_run: bool,
    pub(super) records: Vec<Record>,
    pub(super) is_blocked: bool,
    /// Whether it would be, were it no dry run.
    pub(super) would_block: bool,
}

/// What a judge has to tell.
pub(super) struct Told {
    pub(super) records: Vec<Record>,
    pub(super) would_block: bool,
}

impl Judge<'_> {
    /// What becomes of a finding. One that blocks is replaced all the same: nothing of it leaves.
    pub(super) fn judge(&mut self, finding: &Finding<'_>) -> Verdict {
        let (rule, config) = (finding.rule.id, self.config);
        let needles = config.needles.as_deref();
        let needle = needles.and_then(|needles| needles.action(finding.rule, self.direction));
        let action = needle.unwrap_or_else(|| self.action(finding));
        if action == Action::Off {
            return Verdict::Keep;
        }
        let fingerprinter = config.fingerprinter.as_deref();
        let fingerprint = fingerprinter.and_then(|key| finding.fingerprint(key));
        if needle.is_none() && config.allow.permits(finding, fingerprint) {
            self.records.push(Record::Allowed { rule, direction: self.direction });
            return Verdict::Keep;
        }
        // What is only reported is done in a dry run too.
        let is_dry_run = self.is_dry_run && needle.is_none() && action.is_enforcing();
        self.records.push(Record::Found {
            rule,
            confidence: finding.confidence,
            direction: self.direction,
            place: self.place,
            action,
            offset: finding.offset,
            policy: config.policy,
            fingerprint: fingerprinter.zip(fingerprint).map(|(key, it)| key.shown(it)),
            is_dry_run,
        });
        if is_dry_run {
            self.would_block |= action == Action::Block;
            return Verdict::Keep;
        }
        match action {
            Action::Off | Action::Report => Verdict::Keep,
            Action::Redact => Verdict::Replace(self.style),
            Action::Mask => Verdict::Replace(Style::Prefix),
            Action::Hash => Verdict::Replace(self.style.hashed(fingerprint)),
            Action::Block => {
                self.is_blocked = true;
                Verdict::Replace(self.style)
            }
        }
    }

    /// Takes what there is to tell.
    pub(super) fn told(&mut self) -> Told {
        Told { records: std::mem::take(&mut self.records), would_block: self.would_block }
    }

    /// What is written for a label where the framing permits another length, if the configuration says so.
    pub(super) fn template(&self, finding: &Finding<'_>, verdict: Verdict) -> Option<Vec<u8>> {
        let is_in_url = match verdict {
            Verdict::Replace(Style::Label) => false,
            Verdict::Replace(Style::UrlLabel) => true,
            _ => return None,
        };
        let template = self.config.template.as_deref().filter(|_| finding.takes_template())?;
        Some(template.write(finding.rule.id, is_in_url))
    }

    fn action(&self, finding: &Finding<'_>) -> Action {
        let is_home = finding.rule.is_home(self.host);
        let is_own = self.is_token_exchange && carrier::is_token_exchange(finding, self.direction);
        let is_off = self.config.rules_off.iter().any(|selector| selector.names(finding.rule.id));
        if is_off || is_home || is_own || carrier::is_field(finding) {
            return Action::Off;
        }
        let action = self.actions.choose(finding.rule, finding.confidence, self.place);
        match self.instead_of_rewriting {
            Some(instead) if action.is_rewriting() => instead,
            _ => action,
        }
    }
}

#[cfg(test)]
mod tests;
