//! RSAVP1, the public operation of RFC 8017 §5.2.2, over any kernel of
//! Montgomery multiplication.

use super::rsa_limbs::{Block, MAX_BLOCKS, blocks_for, double, radix_bits, read, reduce_once, write};
use alloc::{boxed::Box, vec};

/// The lengths of a modulus that the bounds in [`super::rsa_limbs`] are for.
const MODULUS_BITS: ::core::ops::RangeInclusive<usize> = 2048..=8192;

/// The octets of the longest modulus.
pub const MAX_OCTETS: usize = 1024;

/// Montgomery multiplication for one modulus n: integers below 2n in, their
/// product times R⁻¹ modulo n, below 2n, out. All have as many blocks as n.
pub trait Kernel {
    /// Memory for intermediate results, cleared once per signature and not once
    /// per multiplication.
    type Scratch;

    /// Prepares an odd modulus.
    fn new(n: &[Block]) -> Self;

    /// Empty scratch memory.
    fn scratch() -> Self::Scratch;

    /// a·b·R⁻¹.
    fn multiply(&self, a: &[Block], b: &[Block], out: &mut [Block], scratch: &mut Self::Scratch);

    /// a²·R⁻¹.
    fn square(&self, a: &[Block], out: &mut [Block], scratch: &mut Self::Scratch);

    /// The memory behind pointers that the modulus takes.
    fn bytes(&self) -> usize;
}

/// A public key (n, e) with R² modulo n.
#[derive(Clone, Debug)]
pub struct PublicKey<K> {
    kernel: K,
    octets: Box<[u8]>,
    n: Box<[Block]>,
    r_squared: Box<[Block]>,
    e: u32,
    bits: usize,
}

/// An integer on the stack, of which the first blocks are used.
struct Integer([Block; MAX_BLOCKS]);

impl Integer {
    const ZERO: Self = Self([[0; 4]; MAX_BLOCKS]);

    fn first(&mut self, blocks: usize) -> &mut [Block] {
        self.0.get_mut(..blocks).unwrap_or_default()
    }
}

impl<K: Kernel> PublicKey<K> {
    /// Takes the modulus as big-endian octets without leading zeros, and the
    /// exponent. `None` for what this is not made for: an even modulus or one of
    /// less than 2048 or more than 8192 bits, an exponent that is even or 1.
    pub fn new(n: &[u8], e: u32) -> Option<Self> {
        let [first, .., last] = n else {
            return None;
        };
        let bits = n.len().min(MAX_OCTETS + 1) * 8 - first.leading_zeros() as usize;
        if *first == 0 || !MODULUS_BITS.contains(&bits) || last.is_multiple_of(2) || e < 3 || e.is_multiple_of(2) {
            return None;
        }
        let octets = n;
        let mut n = vec![[0; 4]; blocks_for(bits)];
        read(octets, &mut n);
        let kernel = K::new(&n);
        let r_squared = r_squared(&kernel, &n, bits);
        Some(Self { kernel, octets: octets.into(), n: n.into(), r_squared, e, bits })
    }

    /// The modulus' length in bits.
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// The modulus, as it was taken.
    pub fn n(&self) -> &[u8] {
        &self.octets
    }

    /// The exponent.
    pub fn e(&self) -> u32 {
        self.e
    }

    /// Whether s is as long as n, and below it.
    pub fn takes(&self, s: &[u8]) -> bool {
        // As octets: the limbs of an s with more bits than n would not hold it.
        s.len() == self.octets.len() && s < &*self.octets
    }

    /// Writes sᵉ modulo n, as many octets as n has, big-endian. False, and
    /// nothing written, for an s that is not below n, or not as long as n.
    pub fn apply(&self, s: &[u8], out: &mut [u8]) -> bool {
        if !self.takes(s) || out.len() != s.len() {
            return false;
        }
        let blocks = self.n.len();
        let mut integers = [const { Integer::ZERO }; 4];
        let [base, in_form, x, y] = integers.each_mut().map(|integer| integer.first(blocks));
        read(s, base);

        let mut scratch = K::scratch();
        self.kernel.multiply(base, &self.r_squared, in_form, &mut scratch);
        x.copy_from_slice(in_form);
        // Left to right; the last factor is not in Montgomery form, and takes the product out of it.
        for bit in (0..self.e.ilog2()).rev() {
            self.kernel.square(x, y, &mut scratch);
            if self.e >> bit & 1 == 1 {
                let factor = if bit == 0 { &*base } else { &*in_form };
                self.kernel.multiply(y, factor, x, &mut scratch);
            } else {
                x.copy_from_slice(y);
            }
        }
        reduce_once(x, &self.n);
        write(x, out);
        true
    }

    /// The memory that the key takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.octets.len()
            + size_of_val(&*self.n)
            + size_of_val(&*self.r_squared)
            + self.kernel.bytes()
    }
}

/// R² modulo n, as 2 in Montgomery form to the power of log₂ R.
fn r_squared<K: Kernel>(kernel: &K, n: &[Block], bits: usize) -> Box<[Block]> {
    // The largest power of two below n, doubled up to 2·R.
    let mut x = vec![[0; 4]; n.len()];
    read_power_of_two(bits - 1, &mut x);
    let radix = radix_bits(n.len());
    for _ in bits - 1..=radix {
        double(&mut x, n);
    }
    let mut y = x.clone();
    let mut scratch = K::scratch();
    for bit in (0..radix.ilog2()).rev() {
        kernel.square(&x, &mut y, &mut scratch);
        ::core::mem::swap(&mut x, &mut y);
        reduce_once(&mut x, n);
        if radix >> bit & 1 == 1 {
            double(&mut x, n);
        }
    }
    x.into()
}

fn read_power_of_two(exponent: usize, integer: &mut [Block]) {
    let mut octets = [0; MAX_OCTETS];
    if let Some(octet) = octets.iter_mut().rev().nth(exponent / 8) {
        *octet = 1 << (exponent % 8);
    }
    let used = octets.len() - exponent / 8 - 1;
    read(octets.get(used..).unwrap_or_default(), integer);
}
