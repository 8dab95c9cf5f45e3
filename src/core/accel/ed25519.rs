//! Ed25519 verification (RFC 8032 §5.1.7) with tables of multiples of the base
//! point B and of the public key A.
//!
//! The verdicts are those of ed25519-dalek's `verify_strict`: S below L, the hash
//! reduced to below L, neither A nor R of small order, and the octets of S·B − k·A
//! are those of R. That is the equation without the cofactor, which §5.1.7 calls
//! sufficient; comparing octets refuses each R that is not canonical.

use super::{
    Family,
    ed25519_point::{Affine, BASE, Cached, Extended, Niels, Projective},
    ed25519_scalar::Scalar,
    fe25519::Fe,
    tables::{Level, Subject},
    trust::Supervisor,
};
use alloc::vec::Vec;
use sha2::{Digest, Sha512};

/// A public key.
#[derive(Clone, Debug)]
pub struct Key {
    octets: [u8; 32],
    a: Point,
}

/// A point that tables are made for: a key's, or the base point.
#[derive(Clone, Debug)]
pub struct Point {
    id: [u8; 33],
    affine: Affine,
}

/// Multiples 1 to 2^(w−1) of 2^(wi) times the point, for each digit i of a scalar.
#[derive(Debug)]
pub struct Table {
    w: u32,
    multiples: Vec<Niels>,
}

/// A table in the making.
#[derive(Debug)]
pub struct Build {
    table: Table,
    /// 2^(wi) times the point, for the next i.
    next: Extended,
    points: Vec<Extended>,
    scratch: Vec<Fe>,
}

/// The w of each level. What a verification takes with both tables, and a table's memory: docs of the levels.
const WIDTHS: [u32; 3] = [4, 6, 8];

const fn table_bytes(w: u32) -> usize {
    254_u32.div_ceil(w) as usize * (1 << (w - 1)) * size_of::<Niels>()
}

const fn levels() -> [Level; 3] {
    let [small, medium, large] = WIDTHS;
    [level(small, 4), level(medium, 64), level(large, 1024)]
}

const fn level(w: u32, uses: u32) -> Level {
    // While it is built, the points of a step lie beside it.
    let step = STEP * (size_of::<Extended>() + size_of::<Fe>());
    Level { uses, bytes: table_bytes(w) + step, spare: 0 }
}

/// How many multiples one step of a build makes: at 15 multiplications each, and
/// an inversion, about a third of a millisecond in WebAssembly.
const STEP: usize = 512;

/// For the cold path, which makes eight multiples of each point on the way.
const COLD_WIDTH: u32 = 4;

impl Key {
    /// Decodes a public key. `None` for an encoding that is not canonical or not on
    /// the curve, and for a point of small order.
    #[must_use]
    pub fn new(octets: &[u8; 32]) -> Option<Self> {
        let affine = Affine::decode(words(octets))?;
        if affine.extended().projective().is_of_small_order() {
            return None;
        }
        Some(Self { octets: *octets, a: Point::new(octets, affine) })
    }

    /// The subject of the key's table.
    #[must_use]
    pub fn point(&self) -> &Point {
        &self.a
    }

    /// Whether `signature` is this key's over `message`, with whatever tables of
    /// [`Point::base`] and [`Key::point`] there are, in this order.
    #[must_use]
    #[inline(never)]
    pub fn verify(&self, tables: [Option<&Table>; 2], message: &[u8], signature: &[u8; 64]) -> bool {
        let (r, s) = signature.split_at(32);
        let ([r], [s]) = (r.as_chunks().0, s.as_chunks().0) else {
            return false;
        };
        let Some(s) = Scalar::from_canonical(s) else {
            return false;
        };
        let hash = Sha512::new().chain_update(r).chain_update(self.octets).chain_update(message).finalize();
        let k = Scalar::from_wide(&hash.into());
        let point = self.combine(tables, s, k);
        point.encode() == words(r) && !point.is_of_small_order()
    }

    /// [`Key::verify`] with the tables that the supervisor keeps, or the verdict of
    /// `stock`, the crate's, where it asks for that.
    #[must_use]
    pub fn verdict(
        &self,
        supervisor: &Supervisor,
        message: &[u8],
        signature: &[u8; 64],
        stock: &dyn Fn() -> bool,
    ) -> bool {
        let subjects = [&Point::base(), &self.a];
        supervisor.verdict(Family::Ed25519, subjects, |tables| self.verify(tables, message, signature), stock)
    }

    /// s·B − k·A.
    fn combine(&self, [of_base, of_key]: [Option<&Table>; 2], s: Scalar, k: Scalar) -> Projective {
        let terms = [(of_base, &BASE, s, false), (of_key, &self.a.affine, k, true)];
        let cold = terms.map(|(table, point, scalar, negative)| match table {
            Some(_) => None,
            None => Some((point, scalar, negative)),
        });
        let mut sum = add_cold(cold);
        for (table, _, scalar, negative) in terms {
            if let Some(table) = table {
                sum = table.add(sum, scalar, negative);
            }
        }
        sum.projective()
    }

    /// The memory that the key takes, without tables.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>()
    }
}

fn words(octets: &[u8; 32]) -> [u32; 8] {
    let mut words = [0; 8];
    for (word, octets) in words.iter_mut().zip(octets.as_chunks().0) {
        *word = u32::from_le_bytes(*octets);
    }
    words
}

/// Sums of a few multiples, doubling between the digits (Straus).
#[inline(never)]
fn add_cold(terms: [Option<(&Affine, Scalar, bool)>; 2]) -> Extended {
    if terms.iter().all(Option::is_none) {
        return Extended::NEUTRAL;
    }
    let terms = terms.map(|term| {
        term.map(|(point, scalar, negative)| {
            let mut digits = [0; 254_u32.div_ceil(COLD_WIDTH) as usize];
            digits.iter_mut().zip(scalar.digits(COLD_WIDTH)).for_each(|(digit, value)| *digit = value);
            digits.reverse();
            (multiples(&point.extended()), digits, negative)
        })
    });
    let mut sum = Extended::NEUTRAL;
    for place in 0..254_u32.div_ceil(COLD_WIDTH) as usize {
        let mut doubled = sum.projective();
        for _ in 1..COLD_WIDTH {
            doubled = doubled.double().projective();
        }
        sum = doubled.double().extended();
        for (multiples, digits, negative) in terms.iter().flatten() {
            let digit = digits.get(place).copied().unwrap_or_default();
            let multiple = (digit.unsigned_abs() as usize).checked_sub(1).and_then(|index| multiples.get(index));
            if let Some(multiple) = multiple {
                sum.add(multiple, (digit < 0) != *negative);
            }
        }
    }
    sum
}

/// Multiples 1 to 8.
#[inline(never)]
fn multiples(point: &Extended) -> [Cached; 1 << (COLD_WIDTH - 1)] {
    let step = point.cached();
    let mut next = *point;
    [(); 1 << (COLD_WIDTH - 1)].map(|()| {
        let multiple = next.cached();
        next.add(&step, false);
        multiple
    })
}

impl Table {
    /// sum ± scalar · point.
    #[inline(never)]
    fn add(&self, mut sum: Extended, scalar: Scalar, negative: bool) -> Extended {
        for (multiples, digit) in self.multiples.chunks_exact(1 << (self.w - 1)).zip(scalar.digits(self.w)) {
            let multiple = (digit.unsigned_abs() as usize).checked_sub(1).and_then(|index| multiples.get(index));
            if let Some(multiple) = multiple {
                sum.add_niels(multiple, (digit < 0) != negative);
            }
        }
        sum
    }

    /// The memory that the table takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.multiples.capacity() * size_of::<Niels>()
    }
}

impl Build {
    #[inline(never)]
    fn step(&mut self) -> Option<Table> {
        let Self { table, next, points, scratch } = self;
        let per_digit = 1 << (table.w - 1);
        let complete = table_bytes(table.w) / size_of::<Niels>();
        if table.multiples.capacity() == 0 {
            table.multiples.reserve_exact(complete);
        }
        points.clear();
        while points.len() + per_digit <= STEP && table.multiples.len() + points.len() < complete {
            let step = next.cached();
            let mut multiple = *next;
            points.push(multiple);
            for _ in 1..per_digit {
                multiple.add(&step, false);
                points.push(multiple);
            }
            // Twice 2^(w−1) of it is 2^w of it.
            *next = multiple.projective().double().extended();
        }
        Extended::niels(points, scratch, &mut table.multiples);
        if table.multiples.len() < complete {
            return None;
        }
        Some(Table { w: table.w, multiples: ::core::mem::take(&mut table.multiples) })
    }
}

impl Point {
    /// The base point.
    #[must_use]
    pub fn base() -> Self {
        let mut octets = [0x66; 32];
        octets[0] = 0x58;
        Self::new(&octets, BASE)
    }

    fn new(octets: &[u8; 32], affine: Affine) -> Self {
        let mut id = [Family::Ed25519 as u8; 33];
        id.iter_mut().skip(1).zip(octets).for_each(|(id, octet)| *id = *octet);
        Self { id, affine }
    }
}

impl Subject for Point {
    type Table = Table;
    type Build = Build;

    fn id(&self) -> &[u8] {
        &self.id
    }

    fn levels(&self) -> &'static [Level] {
        const { &levels() }
    }

    fn begin(&self, level: usize) -> Build {
        let w = WIDTHS.get(level).copied().unwrap_or(COLD_WIDTH);
        let table = Table { w, multiples: Vec::new() };
        Build { table, next: self.affine.extended(), points: Vec::new(), scratch: Vec::new() }
    }

    fn step(build: &mut Build) -> Option<Table> {
        build.step()
    }
}
