//! Inverses modulo an odd number by division steps, in variable time.
//!
//! Bernstein and Yang, "Fast constant-time gcd computation and modular inversion"
//! (CHES 2019), §8 to §11, with the refinements that Pieter Wuille describes for
//! libsecp256k1 ("The safegcd implementation in libsecp256k1 explained"): 30
//! division steps on the low bits give a 2×2 matrix `t`, which is then applied to
//! all of `f`, `g` (divided by 2^30) and of `d`, `e` (divided by 2^30 mod `m`).
//! `f ≡ d·x` and `g ≡ e·x` mod `m` hold throughout; once `g` is 0, `f` is ±1 and
//! `±d` the inverse.
//!
//! # Bounds
//!
//! Limbs are of 30 bits, all but the top in `[0, 2^30)`; the top one has the sign.
//! - `|u| + |v| ≤ 2^30` and `|q| + |r| ≤ 2^30` for 30 steps, so that a column
//!   `u·f + v·g` is below 2^60, and with the quotient times the modulus's limb, below
//!   2^60 too, and a carry below 2^32 less than 2^62: it fits an `i64`.
//! - `f`, `g` never exceed the modulus in absolute value (paper, theorem 11.2).
//! - `d`, `e` stay in `(-2m, m)`: `md`, `me` start from the multiple of `m` that
//!   makes negative inputs nonnegative, and end in the one that makes the low 30
//!   bits vanish ("explained", §4). Two bits above the modulus suffice; 9 limbs hold
//!   270 for a modulus of 256, 13 hold 390 for 384.

#![expect(
    clippy::indexing_slicing,
    reason = "every index is a loop's counter, bounded by the length of what it indexes"
)]

use super::integer;

const BITS: usize = 30;
const MASK: i32 = (1 << BITS) - 1;

/// An odd modulus in `L` limbs of 30 bits.
pub(super) struct Modulus<const L: usize> {
    limbs: [i32; L],
    /// Of the modulus, mod 2^30.
    inverse: i32,
}

/// What 30 division steps do to `(f, g)`, times 2^30.
struct Matrix {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

impl<const L: usize> Modulus<L> {
    pub(super) const fn new<const W: usize>(words: &[u32; W]) -> Self {
        assert!(words[0] & 1 == 1 && L * BITS >= W * 32 + 2);
        Self { limbs: integer::to_limbs(words, BITS), inverse: integer::inverse_mod_2_32(words[0]) as i32 & MASK }
    }

    /// `1 / x mod m` for a prime modulus; 0 for 0. `x` has to be less than the modulus.
    pub(super) fn invert<const W: usize>(&self, x: &[u32; W]) -> [u32; W] {
        let (mut d, mut e) = ([0; L], [0; L]);
        e[0] = 1;
        let (mut f, mut g) = (self.limbs, integer::to_limbs(x, BITS));
        let (mut eta, mut length) = (-1, L);
        while g[..length].iter().any(|limb| *limb != 0) {
            let matrix = division_steps(&mut eta, f[0] as u32, g[0] as u32);
            self.update_d_e(&mut d, &mut e, &matrix);
            update_f_g(&mut f[..length], &mut g[..length], &matrix);
            length = shortened(&mut f, &mut g, length);
        }
        self.normalized(d, f[length - 1] < 0)
    }

    fn update_d_e(&self, d: &mut [i32; L], e: &mut [i32; L], &Matrix { u, v, q, r }: &Matrix) {
        let (sign_d, sign_e) = (i64::from(d[L - 1] >> 31), i64::from(e[L - 1] >> 31));
        let (d0, e0) = (i64::from(d[0]), i64::from(e[0]));
        let multiple = |start: i64, low: i64| {
            let low = (low as i32).wrapping_mul(self.inverse).wrapping_add(start as i32) & MASK;
            start - i64::from(low)
        };
        let md = multiple((u & sign_d) + (v & sign_e), u * d0 + v * e0);
        let me = multiple((q & sign_d) + (r & sign_e), q * d0 + r * e0);
        let (mut carry_d, mut carry_e) = (0, 0);
        for i in 0..L {
            let (di, ei, mi) = (i64::from(d[i]), i64::from(e[i]), i64::from(self.limbs[i]));
            carry_d += u * di + v * ei + mi * md;
            carry_e += q * di + r * ei + mi * me;
            if i > 0 {
                d[i - 1] = carry_d as i32 & MASK;
                e[i - 1] = carry_e as i32 & MASK;
            } else {
                debug_assert!(carry_d as i32 & MASK == 0 && carry_e as i32 & MASK == 0);
            }
            carry_d >>= BITS;
            carry_e >>= BITS;
        }
        debug_assert!(i64::from(carry_d as i32) == carry_d && i64::from(carry_e as i32) == carry_e);
        d[L - 1] = carry_d as i32;
        e[L - 1] = carry_e as i32;
    }

    /// `d` or `-d` of `(-2m, m)` as the number in `[0, m)`.
    fn normalized<const W: usize>(&self, d: [i32; L], negated: bool) -> [u32; W] {
        let mut limbs = self.plus_modulus_if_negative(d);
        if negated {
            limbs = carried(limbs.map(|limb| -limb));
        }
        limbs = self.plus_modulus_if_negative(limbs);
        integer::from_limbs(&limbs, BITS)
    }

    fn plus_modulus_if_negative(&self, mut limbs: [i32; L]) -> [i32; L] {
        if limbs[L - 1] < 0 {
            for (limb, modulus) in limbs.iter_mut().zip(self.limbs) {
                *limb += modulus;
            }
        }
        carried(limbs)
    }
}

fn carried<const L: usize>(mut limbs: [i32; L]) -> [i32; L] {
    for i in 1..L {
        limbs[i] += limbs[i - 1] >> BITS;
        limbs[i - 1] &= MASK;
    }
    limbs
}

/// 30 division steps on the low bits of `f` and `g`; `eta` is the paper's −δ.
fn division_steps(eta: &mut i32, mut f: u32, mut g: u32) -> Matrix {
    let (mut u, mut v, mut q, mut r) = (1_u32, 0_u32, 0_u32, 1_u32);
    let mut left = BITS as i32;
    loop {
        // A bit that counts as set ends the count where the steps end.
        let zeros = (g | u32::MAX << left).trailing_zeros();
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        *eta -= zeros as i32;
        left -= zeros as i32;
        if left == 0 {
            break;
        }
        if *eta < 0 {
            *eta = -*eta;
            (f, g) = (g, f.wrapping_neg());
            (u, q) = (q, u.wrapping_neg());
            (v, r) = (r, v.wrapping_neg());
        }
        // The low bits of `g` that vanish by adding a multiple of `f`, as many as
        // steps remain before the next swap; `f·(2 − f²)` inverts `f` modulo 64.
        let limit = (*eta + 1).min(left).min(6);
        let multiple = g.wrapping_mul(f).wrapping_mul(f.wrapping_mul(f).wrapping_sub(2)) & (u32::MAX >> (32 - limit));
        g = g.wrapping_add(f.wrapping_mul(multiple));
        q = q.wrapping_add(u.wrapping_mul(multiple));
        r = r.wrapping_add(v.wrapping_mul(multiple));
    }
    let signed = |entry: u32| i64::from(entry as i32);
    Matrix { u: signed(u), v: signed(v), q: signed(q), r: signed(r) }
}

/// Exactly divisible: the steps have made the low 30 bits vanish.
fn update_f_g(f: &mut [i32], g: &mut [i32], &Matrix { u, v, q, r }: &Matrix) {
    let (mut carry_f, mut carry_g) = (0, 0);
    let length = f.len();
    for i in 0..length {
        let (fi, gi) = (i64::from(f[i]), i64::from(g[i]));
        carry_f += u * fi + v * gi;
        carry_g += q * fi + r * gi;
        if i > 0 {
            f[i - 1] = carry_f as i32 & MASK;
            g[i - 1] = carry_g as i32 & MASK;
        } else {
            debug_assert!(carry_f as i32 & MASK == 0 && carry_g as i32 & MASK == 0);
        }
        carry_f >>= BITS;
        carry_g >>= BITS;
    }
    debug_assert!(i64::from(carry_f as i32) == carry_f && i64::from(carry_g as i32) == carry_g);
    f[length - 1] = carry_f as i32;
    g[length - 1] = carry_g as i32;
}

/// Drops the top limbs where both are but signs.
fn shortened<const L: usize>(f: &mut [i32; L], g: &mut [i32; L], length: usize) -> usize {
    let (top_f, top_g) = (f[length - 1], g[length - 1]);
    if length < 2 || top_f != top_f >> 31 || top_g != top_g >> 31 {
        return length;
    }
    f[length - 2] |= top_f << BITS;
    g[length - 2] |= top_g << BITS;
    length - 1
}
