//! Sorts the anchors into eight buckets, as nibble tables: an anchor may stand where the look-ups of its first two bytes
//! share a bit.
//!
//! A bucket stands for more than its anchors: for both places, every byte whose halves occur there. So anchors are put
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
}

/// What stands for the anchors of a bucket.
#[derive(Clone, Copy, Default)]
struct Bucket([Halves; 2]);

impl Bucket {
    fn with(mut self, anchor: &Anchor) -> Bucket {
        for [first, second, _] in &anchor.cases {
            self.0[0].add(*first);
            self.0[1].add(*second);
        }
        self
    }

    /// How much of traffic has two bytes of this bucket.
    fn share(self) -> f64 {
        let [first, second] = self.0;
        let seconds: Vec<u8> = second.bytes().collect();
        let of = |a: u8| seconds.iter().map(|b| frequency::of_pair(a, *b)).sum::<f64>();
        first.bytes().map(of).sum()
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
    tried(anchor) * TRY_COST * (1.0 + f64::from(most - least) / BACK_SCALE)
}

/// In how many orders the shapes are placed, to keep the best.
const ORDERS: u64 = 6;
/// How often every shape is placed anew; it settles earlier.
const ROUNDS: usize = 6;
/// What an anchor costs that lies so many bytes behind its shape's start, beside one at the start: more has to wait
/// at the end of a chunk.
const BACK_SCALE: f64 = 64.0;

/// What trying a shape costs, beside looking at a place.
const TRY_COST: f64 = 0.3;

/// How much of traffic has an anchor's three bytes, roughly: the rarer one of their pairs.
fn tried(anchor: &Anchor) -> f64 {
    let of = |[a, b, c]: &[u8; 3]| frequency::of_pair(*a, *b).min(frequency::of_pair(*b, *c));
    anchor.cases.iter().map(of).sum()
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
        let tried = tried_at(candidate);
        for bucket in 0..BUCKETS {
            let more = buckets[bucket].with(candidate).share() - shares[bucket];
            let cost = (more + tried) * waits + f64::from(most) * 1e-9;
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
    format!("{}, {}", row(0), row(1))
}
