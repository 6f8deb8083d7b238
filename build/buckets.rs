//! Sorts the anchors into eight buckets, as nibble tables: an anchor may stand where the look-ups of its three bytes share
//! a bit.
//!
//! A bucket stands for more than its anchors: for each place, every byte whose halves occur there. So anchors are put
//! where they add least to how often a bucket is expected in traffic.

use crate::{frequency, trigger::Anchor};

const BUCKETS: usize = 8;

/// For a byte, which low and which high halves occur.
#[derive(Clone, Copy, Default)]
struct Halves {
    low: u16,
    high: u16,
}

impl Halves {
    fn add(&mut self, byte: u8) {
        self.low |= 1 << (byte & 15);
        self.high |= 1 << (byte >> 4);
    }

    fn bytes(self) -> impl Iterator<Item = u8> {
        let has = |mask: u16, half: u8| mask >> half & 1 == 1;
        (0..=255).filter(move |byte: &u8| has(self.low, byte & 15) && has(self.high, byte >> 4))
    }

    fn has_all(self, other: Halves) -> bool {
        self.low | other.low == self.low && self.high | other.high == self.high
    }
}

/// What stands for the anchors of a bucket.
#[derive(Clone, Copy, Default)]
struct Bucket([Halves; 3]);

impl Bucket {
    fn with(mut self, anchor: &Anchor) -> Bucket {
        for case in &anchor.cases {
            self.0.iter_mut().zip(case).for_each(|(halves, byte)| halves.add(*byte));
        }
        self
    }

    /// Whether it stands for all of another one already.
    fn has_all(self, other: Bucket) -> bool {
        self.0.iter().zip(other.0).all(|(halves, other)| halves.has_all(other))
    }

    /// How much of traffic has three bytes of this bucket, about: as if the third did not depend on the first.
    fn share(self) -> f64 {
        let [first, second, third] = self.0.map(|halves| halves.bytes().collect::<Vec<u8>>());
        let of = |b: u8| {
            let before: f64 = first.iter().map(|a| frequency::of_pair(*a, b)).sum();
            let after: f64 = third.iter().map(|c| frequency::of_pair(b, *c)).sum();
            before * after / frequency::of_byte(b)
        };
        second.into_iter().map(of).sum()
    }
}

/// Where an anchor of some shape was put.
#[derive(Clone, Copy, PartialEq)]
struct Place {
    anchor: usize,
    bucket: usize,
}

/// For each shape's anchors, which of them is looked for; and the tables, as rows of `Nibbles`.
///
/// What is cheapest depends on what else is looked for, so all shapes are placed one after another, and then again
/// each in turn, until nothing gets better.
pub(crate) fn choose(shapes: &[Vec<Anchor>]) -> (Vec<usize>, String) {
    let orders = (0..ORDERS).map(|seed| order(shapes.len(), seed));
    let tried = orders.map(|order| placed(shapes, &order));
    let cost = |places: &Vec<Option<Place>>| -> f64 {
        let used = places.iter().zip(shapes);
        let tries =
            used.filter_map(|(place, anchors)| Some(tried_at(&anchors[place.as_ref()?.anchor])));
        filled(shapes, places).map(Bucket::share).iter().sum::<f64>() + tries.sum::<f64>()
    };
    let places = tried.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or_default();
    let buckets = filled(shapes, &places);
    let chosen = places.iter().map(|place| place.map_or(0, |place| place.anchor)).collect();
    (chosen, rows(&buckets))
}

/// Every shape placed, in this order and then again, until nothing gets better.
fn placed(shapes: &[Vec<Anchor>], order: &[usize]) -> Vec<Option<Place>> {
    let mut places: Vec<Option<Place>> = vec![None; shapes.len()];
    for _ in 0..ROUNDS {
        let before = places.clone();
        for number in order {
            places[*number] = None;
            places[*number] = cheapest(shapes, &places, *number);
        }
        if places == before {
            break;
        }
    }
    places
}

/// The numbers below `count`, in an order that the seed gives.
fn order(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut random = seed;
    for place in (1..count).rev().filter(|_| seed > 0) {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        order.swap(place, (random >> 33) as usize % (place + 1));
    }
    order
}

/// What trying a shape at its anchor costs.
fn tried_at(anchor: &Anchor) -> f64 {
    let (least, most) = anchor.back;
    seen(anchor) * SEEN_COST
        + tried(anchor) * TRY_COST * (1.0 + f64::from(most - least) / BACK_SCALE)
}

/// In how many orders the shapes are placed, to keep the best.
const ORDERS: u64 = 6;
/// How often every shape is placed anew; it settles earlier.
const ROUNDS: usize = 6;
/// What an anchor costs that lies so many bytes behind its shape's start, beside one at the start: more has to wait
/// at the end of a chunk.
const BACK_SCALE: f64 = 64.0;

/// What an anchor costs for each of its bytes that some encoding escapes, beside one that stands everywhere as it is.
const ESCAPED_COST: f64 = 32.0;

fn is_escaped(byte: &&u8) -> bool {
    !byte.is_ascii_alphanumeric() && !b"_.-".contains(byte)
}

/// What it costs to find that an anchor's three bytes stand somewhere, beside looking at a place.
const SEEN_COST: f64 = 1.5;
/// What trying a shape costs, beside looking at a place.
const TRY_COST: f64 = 5.0;

/// How much of traffic has an anchor's three bytes, about: as if each depended on the one before it alone.
fn seen(anchor: &Anchor) -> f64 {
    let of = |case: &[u8; 3]| frequency::of_pair(case[0], case[1]) * follows(case[1], case[2]);
    anchor.cases.iter().map(of).sum()
}

/// How much of traffic has all of its fixed bytes.
fn tried(anchor: &Anchor) -> f64 {
    let rest = anchor.text.windows(2).skip(2).map(|pair| follows(pair[0], pair[1]));
    seen(anchor) * rest.product::<f64>()
}

fn follows(a: u8, b: u8) -> f64 {
    frequency::of_pair(a, b) / frequency::of_byte(a)
}

fn filled(shapes: &[Vec<Anchor>], places: &[Option<Place>]) -> [Bucket; BUCKETS] {
    let mut buckets = [Bucket::default(); BUCKETS];
    for (anchors, place) in shapes.iter().zip(places) {
        if let Some(place) = place {
            buckets[place.bucket] = buckets[place.bucket].with(&anchors[place.anchor]);
        }
    }
    buckets
}

/// The place that adds least to what is looked at.
fn cheapest(shapes: &[Vec<Anchor>], places: &[Option<Place>], number: usize) -> Option<Place> {
    let buckets = filled(shapes, places);
    let shares = buckets.map(Bucket::share);
    let mut best: Option<(f64, Place)> = None;
    for (anchor, candidate) in shapes[number].iter().enumerate() {
        let most = candidate.back.1;
        let waits = 1.0 + f64::from(most) / BACK_SCALE;
        let escapes =
            ESCAPED_COST.powi(candidate.text.iter().take(3).filter(is_escaped).count() as i32);
        let tried = tried_at(candidate);
        for bucket in 0..BUCKETS {
            let with = buckets[bucket].with(candidate);
            let more =
                if buckets[bucket].has_all(with) { 0.0 } else { with.share() - shares[bucket] };
            let cost = (more + tried) * waits * escapes + f64::from(most) * 1e-9;
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, Place { anchor, bucket }));
            }
        }
    }
    best.map(|(_, place)| place)
}

fn rows(buckets: &[Bucket; BUCKETS]) -> String {
    let table = |byte: usize, half: fn(&Halves) -> u16| -> Vec<u8> {
        let bits = |value: usize| -> u8 {
            let is_in = |(number, bucket): (usize, &Bucket)| {
                u8::from(half(&bucket.0[byte]) >> value & 1 == 1) << number
            };
            buckets.iter().enumerate().map(is_in).sum()
        };
        (0..16).map(bits).collect()
    };
    let row = |byte: usize| {
        let (low, high) = (table(byte, |halves| halves.low), table(byte, |halves| halves.high));
        format!("Nibbles {{ low: {low:?}, high: {high:?} }}")
    };
    [0, 1, 2].map(row).join(", ")
}
