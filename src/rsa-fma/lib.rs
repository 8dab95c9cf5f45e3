//! The RSA public operation with fused multiply-adds, in a module of its own: one
//! that holds a single relaxed-SIMD instruction does not validate where the feature
//! is off. Numbers only; what they mean is for the `verify` module to say.

#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod integer;
mod montgomery;

use alloc::{boxed::Box, vec::Vec};
use core::cell::RefCell;
use integer::{Integer, LIMB_BITS, MASK, blocks_for, inverse};
use montgomery::{Block, Modulus, Scratch};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

struct Key {
    modulus: Modulus,
    /// N = κ·n.
    n: Integer,
    octets: Vec<u8>,
    kappa: [u64; 2],
    kappa_inverse: u64,
    r_squared: Vec<Block>,
    e: u32,
}

struct State {
    buffer: [u8; 1024],
    scratch: Scratch,
    keys: Vec<Option<Box<Key>>>,
}

struct SingleThreaded<T>(T);
// SAFETY: wasm32-unknown-unknown without the atomics feature has one thread.
unsafe impl<T> Sync for SingleThreaded<T> {}

static STATE: SingleThreaded<RefCell<State>> =
    SingleThreaded(RefCell::new(State { buffer: [0; 1024], scratch: Scratch::new(), keys: Vec::new() }));

/// Whether this engine's multiply-add is one operation.
#[unsafe(no_mangle)]
extern "C" fn fused() -> u32 {
    montgomery::is_fused().into()
}

/// The place of the 1024 octets through which integers come and go.
#[unsafe(no_mangle)]
extern "C" fn buffer() -> usize {
    STATE.0.borrow().buffer.as_ptr() as usize
}

/// Takes the modulus in the buffer, odd and of that many octets, and an odd exponent
/// of at least 3; gives the key's number, −1 where it cannot.
#[unsafe(no_mangle)]
extern "C" fn add_key(length: usize, e: u32) -> i32 {
    let State { buffer, scratch, keys } = &mut *STATE.0.borrow_mut();
    let Some(key) = buffer.get(..length).and_then(|octets| Key::new(octets, e, scratch)) else { return -1 };
    let key = Some(Box::new(key));
    let free = keys.iter().position(Option::is_none);
    match free.and_then(|free| keys.get_mut(free)) {
        Some(slot) => *slot = key,
        None => keys.push(key),
    }
    free.unwrap_or(keys.len() - 1) as i32
}

/// Forgets a key.
#[unsafe(no_mangle)]
extern "C" fn remove_key(key: usize) {
    if let Some(slot) = STATE.0.borrow_mut().keys.get_mut(key) {
        *slot = None;
    }
}

/// Exchanges s in the buffer, of that many octets, for sᵉ modulo n; 0 where s is not
/// below n, not as long as n, or there is no such key.
#[unsafe(no_mangle)]
extern "C" fn apply(key: usize, length: usize) -> u32 {
    let State { buffer, scratch, keys } = &mut *STATE.0.borrow_mut();
    let (Some(Some(key)), Some(s)) = (keys.get(key), buffer.get_mut(..length)) else { return 0 };
    key.apply(s, scratch).into()
}

impl Key {
    fn new(octets: &[u8], e: u32, scratch: &mut Scratch) -> Option<Self> {
        let [first, .., last] = octets else { return None };
        let bits = octets.len() * 8 - first.leading_zeros() as usize;
        if *first == 0 || !(2048..=8192).contains(&bits) || last.is_multiple_of(2) || e < 3 || e.is_multiple_of(2) {
            return None;
        }
        let blocks = blocks_for(bits);
        let n = Integer::read(octets, blocks);
        let [n0, n1, ..] = n.0[..] else { return None };
        let kappa = inverse(u128::from(n0) | u128::from(n1) << LIMB_BITS).wrapping_neg();
        let kappa = [kappa as u64 & MASK as u64, (kappa >> LIMB_BITS) as u64 & MASK as u64];
        let kappa_inverse = inverse(kappa[0].into()) as u64 & MASK as u64;
        let n = n.times(kappa);
        let modulus = Modulus::new(&n.clone().plus_one());
        let r_squared = r_squared(&modulus, &n, blocks, scratch);
        Some(Self { modulus, n, octets: octets.into(), kappa, kappa_inverse, r_squared, e })
    }

    fn apply(&self, octets: &mut [u8], scratch: &mut Scratch) -> bool {
        if octets.len() != self.octets.len() || *octets >= *self.octets {
            return false;
        }
        let s = Integer::read(octets, self.n.0.len() / 4);
        // κ·s leads to κ·(sᵉ mod n) modulo κ·n, which κ divides.
        let last = s.times(self.kappa).to_blocks();
        let mut x = s.to_blocks();
        let mut y = x.clone();
        let mut in_form = x.clone();
        self.modulus.multiply(&x, &self.r_squared, &mut in_form, scratch);
        x.copy_from_slice(&in_form);
        for bit in (0..self.e.ilog2()).rev() {
            self.modulus.square(&x, &mut y, scratch);
            if self.e >> bit & 1 == 1 {
                self.modulus.multiply(&y, if bit == 0 { &last } else { &in_form }, &mut x, scratch);
            } else {
                core::mem::swap(&mut x, &mut y);
            }
        }
        let mut power = Integer::from_blocks(&x);
        power.reduce_once(&self.n);
        power.divided_by(self.kappa, self.kappa_inverse).write(octets);
        true
    }
}

/// R² modulo N, as 2 in Montgomery form to the power of log₂ R.
fn r_squared(modulus: &Modulus, n: &Integer, blocks: usize, scratch: &mut Scratch) -> Vec<Block> {
    let radix = 4 * LIMB_BITS as usize * blocks;
    let mut x = Integer::read(&[1], blocks);
    for _ in 0..=radix {
        x.double(n);
    }
    let mut out = x.to_blocks();
    for bit in (0..radix.ilog2()).rev() {
        modulus.square(&x.to_blocks(), &mut out, scratch);
        x = Integer::from_blocks(&out);
        x.reduce_once(n);
        if radix >> bit & 1 == 1 {
            x.double(n);
        }
    }
    x.to_blocks()
}
