//! Chance that is the same on every machine: SplitMix64.

pub struct Chance(u64);

impl Chance {
    /// A sequence of its own for each name.
    pub fn of(name: &str) -> Self {
        Self(name.bytes().fold(1, |sum: u64, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `limit`, which is included.
    pub fn up_to(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit as u64 + 1)).unwrap()
    }

    pub fn one_of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.up_to(all.len() - 1)]
    }
}
