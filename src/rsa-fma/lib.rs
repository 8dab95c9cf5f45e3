//! The RSA public operation with fused multiply-adds, in a module of its own: one
//! that holds a single relaxed-SIMD instruction does not validate where the feature
//! is off. Numbers only; what they mean is for the `verify` module to say.

#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate alloc;

mod integer;
mod montgomery;

use alloc::{boxed::Box, vec, vec::Vec};
use core::cell::RefCell;
use integer::{LIMB_BITS, MASK, MAX_BLOCKS, MAX_LIMBS, blocks_for, inverse};
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
    n: Box<[u64]>,
    octets: Box<[u8]>,
    kappa: [u64; 2],
    kappa_inverse: u64,
    r_squared: Box<[Block]>,
    e: u32,
}

/// Room for what a power goes through: nothing is allocated for it, as growing the
/// memory would detach the caller's view of the buffer.
struct Room {
    scratch: Scratch,
    limbs: [u64; MAX_LIMBS],
    integers: [[Block; MAX_BLOCKS]; 4],
}

struct State {
    buffer: [u8; 1024],
    room: Room,
    keys: Vec<Option<Box<Key>>>,
}

struct SingleThreaded<T>(T);
// SAFETY: wasm32-unknown-unknown without the atomics feature has one thread.
unsafe impl<T> Sync for SingleThreaded<T> {}

static STATE: SingleThreaded<RefCell<State>> =
    SingleThreaded(RefCell::new(State { buffer: [0; 1024], room: Room::new(), keys: Vec::new() }));

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
    let State { buffer, room, keys } = &mut *STATE.0.borrow_mut();
    let Some(key) = buffer.get(..length).and_then(|octets| Key::new(octets, e, &mut room.scratch)) else { return -1 };
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
    let State { buffer, room, keys } = &mut *STATE.0.borrow_mut();
    let (Some(Some(key)), Some(s)) = (keys.get(key), buffer.get_mut(..length)) else { return 0 };
    key.apply(s, room).into()
}

impl Room {
    const fn new() -> Self {
        Self { scratch: Scratch::new(), limbs: [0; MAX_LIMBS], integers: [[[0.0; 4]; MAX_BLOCKS]; 4] }
    }
}

impl Key {
    fn new(octets: &[u8], e: u32, scratch: &mut Scratch) -> Option<Self> {
        let [first, .., last] = octets else { return None };
        let bits = octets.len() * 8 - first.leading_zeros() as usize;
        if *first == 0 || !(2048..=8192).contains(&bits) || last.is_multiple_of(2) || e < 3 || e.is_multiple_of(2) {
            return None;
        }
        let blocks = blocks_for(bits);
        let mut n = vec![0; 4 * blocks];
        integer::read(octets, &mut n);
        let [n0, n1, ..] = n[..] else { return None };
        let kappa = inverse(u128::from(n0) | u128::from(n1) << LIMB_BITS).wrapping_neg();
        let kappa = [kappa as u64 & MASK as u64, (kappa >> LIMB_BITS) as u64 & MASK as u64];
        let kappa_inverse = inverse(kappa[0].into()) as u64 & MASK as u64;
        integer::times(&mut n, kappa);
        let modulus = Modulus::new(&n);
        let r_squared = r_squared(&modulus, &n, scratch);
        Some(Self { modulus, n: n.into(), octets: octets.into(), kappa, kappa_inverse, r_squared, e })
    }

    fn apply(&self, octets: &mut [u8], room: &mut Room) -> bool {
        if octets.len() != self.octets.len() || *octets >= *self.octets {
            return false;
        }
        let Room { scratch, limbs, integers } = room;
        let [mut x, mut y, in_form, last] =
            integers.each_mut().map(|integer| integer.get_mut(..self.r_squared.len()).unwrap_or_default());
        let limbs = limbs.get_mut(..self.n.len()).unwrap_or_default();
        integer::read(octets, limbs);
        integer::to_blocks(limbs, y);
        // κ·s leads to κ·(sᵉ mod n) modulo κ·n, which κ divides.
        integer::times(limbs, self.kappa);
        integer::to_blocks(limbs, last);
        self.modulus.multiply(y, &self.r_squared, in_form, scratch);
        x.copy_from_slice(in_form);
        for bit in (0..self.e.ilog2()).rev() {
            self.modulus.square(x, y, scratch);
            if self.e >> bit & 1 == 1 {
                self.modulus.multiply(y, if bit == 0 { last } else { in_form }, x, scratch);
            } else {
                core::mem::swap(&mut x, &mut y);
            }
        }
        integer::from_blocks(x, limbs);
        integer::reduce_once(limbs, &self.n);
        integer::divide(limbs, self.kappa, self.kappa_inverse);
        #[cfg(feature = "fault")]
        if let Some(limb) = limbs.first_mut() {
            *limb ^= 1;
        }
        integer::write(limbs, octets);
        true
    }
}

/// R² modulo N, as 2 in Montgomery form to the power of log₂ R.
fn r_squared(modulus: &Modulus, n: &[u64], scratch: &mut Scratch) -> Box<[Block]> {
    let radix = n.len() as u32 * LIMB_BITS;
    let mut limbs = vec![0; n.len()];
    for _ in integer::power_of_two_below(n, &mut limbs)..=radix {
        integer::double(&mut limbs, n);
    }
    let mut x = vec![[0.0; 4]; n.len() / 4];
    let mut out = x.clone();
    integer::to_blocks(&limbs, &mut x);
    for bit in (0..radix.ilog2()).rev() {
        modulus.square(&x, &mut out, scratch);
        integer::from_blocks(&out, &mut limbs);
        integer::reduce_once(&mut limbs, n);
        if radix >> bit & 1 == 1 {
            integer::double(&mut limbs, n);
        }
        integer::to_blocks(&limbs, &mut x);
    }
    x.into()
}
