//! A fault on purpose: builds with the feature `fault`, which are for tests alone.

use core::sync::atomic::{AtomicBool, Ordering};

static ARMED: AtomicBool = AtomicBool::new(false);

/// From now on each operation on the fields of P-256 and P-384 flips the lowest bit of
/// a limb, or no longer does.
pub fn arm(armed: bool) {
    ARMED.store(armed, Ordering::Relaxed);
}

pub(super) fn flipped<const N: usize>(mut limbs: [i32; N]) -> [i32; N] {
    if let (true, [lowest, ..]) = (ARMED.load(Ordering::Relaxed), &mut limbs[..]) {
        *lowest ^= 1;
    }
    limbs
}
