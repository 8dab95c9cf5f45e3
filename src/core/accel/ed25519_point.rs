//! Points of edwards25519, −x² + y² = 1 + d·x²·y² (RFC 8032 §5.1).
//!
//! Formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards curves revisited"
//! (2008), in the Explicit-Formulas Database under twisted-extended-1 as
//! "add-2008-hwcd-3", "madd-2008-hwcd-3" and "dbl-2008-hwcd". They are complete on
//! this curve, so that there are no exceptional cases: neither the neutral element
//! nor equal nor opposite points.
//!
//! In comments, `[j]` is a bound on an element that is a sum of j carried ones, and
//! what [`Fe::mul`] asks for is that the two factors' bounds multiply to at most 12.

use super::fe25519::Fe;

/// d = −121665/121666.
const D: Fe = Fe::from_limbs([
    -212_240_202,
    257_584_721,
    -260_691_235,
    1_350_275,
    -24_543_225,
    3_980_221,
    -103_927_011,
    -37_392_896,
    -3_013_779,
]);

/// 2d.
const D2: Fe = Fe::from_limbs([
    112_390_489,
    -21_701_471,
    15_488_443,
    2_700_549,
    -49_086_450,
    7_960_442,
    -207_854_022,
    -74_785_792,
    2_361_050,
]);

/// A square root of −1.
const SQRT_M1: Fe = Fe::from_limbs([
    168_730_800,
    124_836_154,
    200_875_569,
    103_812_442,
    -42_306_828,
    5_021_438,
    -64_180_940,
    -267_782_084,
    2_851_621,
]);

/// The base point B, y = 4/5 and x even.
pub const BASE: Affine = Affine {
    x: Fe::from_limbs([
        254_137_626,
        179_399_428,
        157_936_818,
        -108_084_950,
        231_065_235,
        -250_020_117,
        268_108_436,
        -92_688_950,
        2_189_623,
    ]),
    y: Fe::from_limbs([
        107_374_187,
        -214_748_365,
        -107_374_182,
        214_748_365,
        107_374_182,
        -214_748_365,
        -107_374_182,
        214_748_365,
        -1_677_722,
    ]),
};

/// (x, y), both carried.
#[derive(Clone, Copy, Debug)]
pub struct Affine {
    x: Fe,
    y: Fe,
}

/// (X : Y : Z) with x = X/Z, y = Y/Z, all carried.
#[derive(Clone, Copy, Debug)]
pub struct Projective {
    x: Fe,
    y: Fe,
    z: Fe,
}

/// (X : Y : Z : T) with xy = T/Z beside it, all carried.
#[derive(Clone, Copy, Debug)]
pub struct Extended {
    x: Fe,
    y: Fe,
    z: Fe,
    t: Fe,
}

/// The result of a formula before its last four products: x = E/G, y = H/F.
#[derive(Clone, Copy, Debug)]
pub struct Completed {
    e: Fe,
    f: Fe,
    g: Fe,
    h: Fe,
}

/// An affine point as the right operand of an addition; sums are `[2]`.
#[derive(Clone, Copy, Debug)]
pub struct Niels {
    y_plus_x: Fe,
    y_minus_x: Fe,
    xy2d: Fe,
}

/// A projective point as the right operand of an addition; sums are `[2]`.
#[derive(Clone, Copy, Debug)]
pub struct Cached {
    y_plus_x: Fe,
    y_minus_x: Fe,
    z2: Fe,
    t2d: Fe,
}

impl Completed {
    /// X = EF, Y = GH, Z = FG.
    #[inline(always)]
    pub fn projective(&self) -> Projective {
        Projective { x: self.e.mul(&self.f), y: self.g.mul(&self.h), z: self.f.mul(&self.g) }
    }

    /// The same and T = EH.
    #[inline(always)]
    pub fn extended(&self) -> Extended {
        let Projective { x, y, z } = self.projective();
        Extended { x, y, z, t: self.e.mul(&self.h) }
    }
}

impl Projective {
    /// "dbl-2008-hwcd" with the signs of RFC 8032 §5.1.4: 4 squares.
    #[inline(never)]
    pub fn double(&self) -> Completed {
        let (a, b, zz) = (self.x.square(), self.y.square(), self.z.square());
        let h = a + b; // [2]
        let e = h - (self.x + self.y).square(); // [3], from a square of [2]
        let g = a - b; // [2]
        let f = zz + zz + g; // [4]
        Completed { e, f, g, h } // EF [12], GH [4], FG [8], EH [6]
    }
}

impl Extended {
    /// The neutral element.
    pub const NEUTRAL: Self = Self { x: Fe::ZERO, y: Fe::ONE, z: Fe::ONE, t: Fe::ZERO };

    /// Without T.
    pub fn projective(&self) -> Projective {
        Projective { x: self.x, y: self.y, z: self.z }
    }

    /// Ready to be added.
    pub fn cached(&self) -> Cached {
        let Self { x, y, z, t } = *self;
        Cached { y_plus_x: y + x, y_minus_x: y - x, z2: z + z, t2d: t.mul(&D2) }
    }

    /// Adds the other, or its opposite: "add-2008-hwcd-3", 4 products, and 4 more.
    pub fn add(&mut self, other: &Cached, opposite: bool) {
        let (c, d) = (self.t.mul(&other.t2d), self.z.mul(&other.z2));
        self.set_sum(&other.y_plus_x, &other.y_minus_x, c, d, opposite);
    }

    /// Adds the other, or its opposite: "madd-2008-hwcd-3", 3 products, and 4 more.
    pub fn add_niels(&mut self, other: &Niels, opposite: bool) {
        let (c, d) = (self.t.mul(&other.xy2d), self.z + self.z);
        self.set_sum(&other.y_plus_x, &other.y_minus_x, c, d, opposite);
    }

    /// The common part, with c `[1]` and d `[2]`. The opposite has the other sign of x
    /// and T.
    #[inline(never)]
    fn set_sum(&mut self, y_plus_x: &Fe, y_minus_x: &Fe, c: Fe, d: Fe, opposite: bool) {
        let (y_plus_x, y_minus_x, c) = if opposite { (y_minus_x, y_plus_x, -c) } else { (y_plus_x, y_minus_x, c) };
        let a = (self.y - self.x).mul(y_minus_x); // a product of [2] and [2]
        let b = (self.y + self.x).mul(y_plus_x);
        // [2] [3] [3] [2]: FG [9], EF and GH [6]
        *self = Completed { e: b - a, f: d - c, g: d + c, h: b + a }.extended();
    }

    /// Affine forms of several points, with one inversion between them
    /// (Montgomery's trick), and their `Niels`. `scratch` is emptied first.
    #[inline(never)]
    pub fn niels(points: &[Extended], scratch: &mut alloc::vec::Vec<Fe>, out: &mut alloc::vec::Vec<Niels>) {
        let first = out.len();
        scratch.clear();
        let mut product = Fe::ONE;
        for point in points {
            scratch.push(product);
            product = product.mul(&point.z);
        }
        // Never 0: no point has Z = 0.
        let mut inverse = product.invert();
        for (point, before) in points.iter().zip(&*scratch).rev() {
            let z_inverse = inverse.mul(before);
            inverse = inverse.mul(&point.z);
            let affine = Affine { x: point.x.mul(&z_inverse), y: point.y.mul(&z_inverse) };
            out.push(affine.niels());
        }
        if let Some(new) = out.get_mut(first..) {
            new.reverse();
        }
    }
}

impl Projective {
    /// Whether eight times the point is neutral. The points of order 1 and 2 have
    /// x = 0, those of order 4 y = 0, and those of order 8 double to y = 0, that is
    /// x² + y² = 0.
    #[inline(never)]
    pub fn is_of_small_order(&self) -> bool {
        let sum_of_squares = self.x.square() + self.y.square();
        self.x.is_zero() || self.y.is_zero() || sum_of_squares.is_zero()
    }

    /// The encoding of RFC 8032 §5.1.2, as little-endian words.
    #[inline(never)]
    pub fn encode(&self) -> [u32; 8] {
        let z_inverse = self.z.invert();
        let x = self.x.mul(&z_inverse);
        let [rest @ .., top] = self.y.mul(&z_inverse).to_words();
        let [w0, w1, w2, w3, w4, w5, w6] = rest;
        [w0, w1, w2, w3, w4, w5, w6, top | u32::from(x.is_odd()) << 31]
    }
}

impl Affine {
    /// Decodes a point as RFC 8032 §5.1.3 says: canonical encodings only. `None`
    /// for y ≥ p, for what is not on the curve, and for x = 0 with its sign set.
    #[inline(never)]
    pub fn decode(words: [u32; 8]) -> Option<Self> {
        let [.., top] = words;
        let y = Fe::from_words(words);
        let canonical = y.to_words();
        let sign = top >> 31 == 1;
        let [.., canonical_top] = canonical;
        let same = canonical.iter().zip(words).take(7).all(|(canonical, word)| *canonical == word);
        if !same || canonical_top != top & (u32::MAX >> 1) {
            return None;
        }
        // x² = u/v, and the candidate is u·v³·(u·v⁷)^((p−5)/8).
        let yy = y.square();
        let u = yy - Fe::ONE;
        let v = yy.mul(&D) + Fe::ONE;
        let v3 = v.square().mul(&v);
        let uv7 = v3.square().mul(&v).mul(&u);
        let mut x = uv7.power_of_p58().mul(&v3).mul(&u);
        let vxx = x.square().mul(&v);
        if !(vxx - u).is_zero() {
            if !(vxx + u).is_zero() {
                return None;
            }
            x = x.mul(&SQRT_M1);
        }
        if x.is_odd() != sign {
            x = -x;
        }
        // Only for x = 0 does the negation not change the sign.
        (x.is_odd() == sign).then_some(Self { x, y })
    }

    /// With Z = 1.
    pub fn extended(&self) -> Extended {
        Extended { x: self.x, y: self.y, z: Fe::ONE, t: self.x.mul(&self.y) }
    }

    /// Ready to be added.
    pub fn niels(&self) -> Niels {
        let Self { x, y } = *self;
        Niels { y_plus_x: y + x, y_minus_x: y - x, xy2d: x.mul(&y).mul(&D2) }
    }
}
