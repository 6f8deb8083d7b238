//! Where the values of a document come from: a seed means the same bytes on every platform.

/// A small generator (PCG-XSH-RR, M. E. O'Neill): not for secrets, only for what looks like one.
#[derive(Clone)]
pub(super) struct Chance {
    state: u64,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        let mut chance = Chance { state: seed.wrapping_mul(2) + 1 };
        // Neighbouring seeds begin alike: the first numbers are thrown away.
        for _ in 0..4 {
            chance.next();
        }
        chance
    }

    fn next(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(INCREMENT);
        let mixed = (((old >> 18) ^ old) >> 27) as u32;
        mixed.rotate_right((old >> 59) as u32)
    }

    /// A number below the bound, which is not 0.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.next() as usize % bound
    }

    /// A number from `min` to `max`.
    pub(super) fn between(&mut self, min: usize, max: usize) -> usize {
        min + self.below(max - min + 1)
    }

    /// One of the choices, of which there is at least one.
    pub(super) fn of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }

    /// So many bytes of an alphabet.
    pub(super) fn string(&mut self, alphabet: &[u8], count: usize) -> Vec<u8> {
        (0..count).map(|_| alphabet[self.below(alphabet.len())]).collect()
    }
}

const INCREMENT: u64 = 1_442_695_040_888_963_407;
