//! The judgement of one finding, where it stands.

use crate::{
    carrier,
    finding::Finding,
    mask::Style,
    policy::{Action, Actions, Direction, Place},
    record::Record,
    stream::Verdict,
};

/// Judges the findings of one part of a message and remembers what there is to tell.
pub(super) struct Judge<'a> {
    pub(super) actions: Actions,
    pub(super) direction: Direction,
    pub(super) place: Place,
    /// How a label is written here.
    pub(super) style: Style,
    /// What is done where rewriting would break a signature.
    pub(super) instead_of_rewriting: Option<Action>,
    pub(super) is_token_exchange: bool,
    /// The host a request is for.
    pub(super) host: &'a [u8],
    pub(super) records: Vec<Record>,
    pub(super) is_blocked: bool,
}

impl Judge<'_> {
    /// What becomes of a finding. One that blocks is replaced all the same: nothing of it leaves.
    pub(super) fn judge(&mut self, finding: &Finding<'_>) -> Verdict {
        let action = self.action(finding);
        if action == Action::Off {
            return Verdict::Keep;
        }
        self.records.push(Record::Found {
            rule: finding.rule.id,
            confidence: finding.confidence,
            direction: self.direction,
            place: self.place,
            action,
            offset: finding.offset,
        });
        match action {
            Action::Off | Action::Report => Verdict::Keep,
            Action::Redact => Verdict::Replace(self.style),
            Action::Mask => Verdict::Replace(Style::Prefix),
            Action::Block => {
                self.is_blocked = true;
                Verdict::Replace(self.style)
            }
        }
    }

    fn action(&self, finding: &Finding<'_>) -> Action {
        let is_home = finding.rule.is_home(self.host);
        let is_own = self.is_token_exchange && carrier::is_token_exchange(finding, self.direction);
        if is_home || is_own || carrier::is_field(finding) {
            return Action::Off;
        }
        let action = self.actions.choose(finding.confidence, finding.rule.exposure);
        match self.instead_of_rewriting {
            Some(instead) if action.is_rewriting() => instead,
            _ => action,
        }
    }
}
