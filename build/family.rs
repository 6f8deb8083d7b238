//! The shapes of a rule that begin with the same word: looked for by one anchor, and told apart by what follows the word.

use crate::{
    shape::{Set, Shape},
    source::Rule,
    trigger::Anchor,
};

/// How many bytes behind a family's word tell which of its shapes may be there, as the engine's `Members` has it.
const BEHIND_BYTES: usize = 4;

/// The word that a shape begins with, if others of the rule do as well.
fn of(rule: &Rule, number: usize) -> Option<Vec<u8>> {
    let word = rule.shapes.get(number)?.family()?;
    let is_alike = |other: &&Shape| other.family().as_ref() == Some(&word);
    (rule.shapes.iter().filter(is_alike).count() > 1).then_some(word)
}

/// Whether a shape is looked for together with the one before it: they begin with the same word, which has their anchor.
pub(crate) fn follows(rule: &Rule, number: usize) -> bool {
    let word = of(rule, number);
    word.is_some() && number.checked_sub(1).is_some_and(|before| of(rule, before) == word)
}

/// The anchors that a shape is looked for by: if it has a family, those of its word alone.
pub(crate) fn within(
    rule: &Rule,
    number: usize,
    mut anchors: Vec<Anchor>,
) -> Result<Vec<Anchor>, String> {
    let Some(word) = of(rule, number) else { return Ok(anchors) };
    let left = |anchor: &Anchor| word.len().saturating_sub(anchor.back.0 as usize);
    anchors.retain(|anchor| left(anchor) >= 3);
    for anchor in &mut anchors {
        anchor.text.truncate(left(anchor));
    }
    if anchors.is_empty() {
        let word = word.escape_ascii();
        return Err(format!("{word:?} begins several shapes, and has no three bytes to look for"));
    }
    Ok(anchors)
}

/// What may follow the word that the shapes from one on begin with, and which of them it leaves.
pub(crate) fn members(shapes: &[Shape]) -> String {
    let word = shapes.first().and_then(Shape::family).unwrap_or_default();
    if shapes.len() < 2 || shapes.len() > u16::BITS as usize {
        return "None".into();
    }
    let mut behind = [[[0_u16; 16]; 2]; BEHIND_BYTES];
    for (number, shape) in shapes.iter().enumerate() {
        let sets = shape.next(word.len(), BEHIND_BYTES);
        let any = Set::of(0..=255);
        for (place, [low, high]) in behind.iter_mut().enumerate() {
            for byte in sets.get(place).unwrap_or(&any).bytes() {
                low[usize::from(byte & 15)] |= 1 << number;
                high[usize::from(byte >> 4)] |= 1 << number;
            }
        }
    }
    format!("Some(&Members {{ len: {}, behind: {behind:?} }})", word.len())
}
