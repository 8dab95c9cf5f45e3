//! The curves: FIPS 186-4 §D.1.2, words least significant first.

#![expect(clippy::indexing_slicing, reason = "the indices are loop counters of constants")]

use super::{
    Family,
    comb::Comb,
    field::{Field, P256Element, P384Element},
    integer,
    scalar::Order,
    tables::{self, Level},
    trust::SHARED_BYTES,
    wnaf::Multiples,
};

/// A curve of prime order with `a = −3`, and the sizes of its tables.
pub trait Curve: 'static {
    type Field: Field<Words = Self::Words>;
    type Words: Copy + Eq + AsRef<[u32]>;

    const FAMILY: Family;
    const BITS: usize;
    const B: Self::Words;
    const GENERATOR: (Self::Words, Self::Words);
    const LEVELS: &'static [Level];
    /// The width of digits for all levels but the first.
    const WIDTHS: &'static [usize];

    /// Reads big-endian octets of the full width.
    fn integer(octets: &[u8]) -> Option<Self::Words>;

    fn is_coordinate(integer: &Self::Words) -> bool;

    /// `(e/s, r/s)`, or `None` where `r` or `s` is not in `[1, n-1]`.
    fn scalars(e: &Self::Words, r: &Self::Words, s: &Self::Words) -> Option<(Self::Words, Self::Words)>;

    /// `r + n`, where that is less than the prime.
    fn other_coordinate(r: &Self::Words) -> Option<Self::Words>;
}

macro_rules! curve {
    ($name:ident $doc:literal $words:literal $limbs:literal $field:ident $levels:expr, $order:expr, $b:expr, $x:expr, $y:expr) => {
        #[doc = $doc]
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl $name {
            const ORDER: Order<$words, $limbs> = Order::new($order);
        }

        impl Curve for $name {
            type Field = $field;
            type Words = [u32; $words];

            const FAMILY: Family = Family::$name;
            const BITS: usize = 32 * $words;
            const B: [u32; $words] = $b;
            const GENERATOR: ([u32; $words], [u32; $words]) = ($x, $y);
            const LEVELS: &'static [Level] = &levels::<$field, _, { $levels.len() + 1 }>(32 * $words, $levels);
            const WIDTHS: &'static [usize] = &widths($levels);

            fn integer(octets: &[u8]) -> Option<[u32; $words]> {
                integer::from_be_bytes(octets)
            }

            fn is_coordinate(integer: &[u32; $words]) -> bool {
                integer::is_less(integer, &$field::PRIME)
            }

            fn scalars(
                e: &[u32; $words],
                r: &[u32; $words],
                s: &[u32; $words],
            ) -> Option<([u32; $words], [u32; $words])> {
                (Self::ORDER.contains(r) && Self::ORDER.contains(s)).then(|| Self::ORDER.quotients(e, r, s))
            }

            fn other_coordinate(r: &[u32; $words]) -> Option<[u32; $words]> {
                Self::ORDER.next_representative(r, &$field::PRIME)
            }
        }
    };
}

// §D.1.2.3. Tables of 2, 37, 97 and 297 kB, and of 958 kB where few keys are in use.
curve!(
    P256 "P-256 with SHA-256." 8 9 P256Element [(4, 4, 0), (6, 64, 0), (8, 512, 0), (10, 2048, AMPLE)],
    [0xfc63_2551, 0xf3b9_cac2, 0xa717_9e84, 0xbce6_faad, 0xffff_ffff, 0xffff_ffff, 0, 0xffff_ffff],
    [0x27d2_604b, 0x3bce_3c3e, 0xcc53_b0f6, 0x651d_06b0, 0x7698_86bc, 0xb3eb_bd55, 0xaa3a_93e7, 0x5ac6_35d8],
    [0xd898_c296, 0xf4a1_3945, 0x2deb_33a0, 0x7703_7d81, 0x63a4_40f2, 0xf8bc_e6e5, 0xe12c_4247, 0x6b17_d1f2],
    [0x37bf_51f5, 0xcbb6_4068, 0x6b31_5ece, 0x2bce_3357, 0x7c0f_9e16, 0x8ee7_eb4a, 0xfe1a_7f9b, 0x4fe3_42e2]
);

// §D.1.2.4. Tables of 4, 87 and 233 kB, and of 702 kB where few keys are in use.
curve!(
    P384 "P-384 with SHA-384." 12 13 P384Element [(4, 4, 0), (6, 64, 0), (8, 512, AMPLE)],
    [
        0xccc5_2973, 0xecec_196a, 0x48b0_a77a, 0x581a_0db2, 0xf437_2ddf, 0xc763_4d81,
        0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff,
    ],
    [
        0xd3ec_2aef, 0x2a85_c8ed, 0x8a2e_d19d, 0xc656_398d, 0x5013_875a, 0x0314_088f,
        0xfe81_4112, 0x181d_9c6e, 0xe3f8_2d19, 0x988e_056b, 0xe23e_e7e4, 0xb331_2fa7,
    ],
    [
        0x7276_0ab7, 0x3a54_5e38, 0xbf55_296c, 0x5502_f25d, 0x8254_2a38, 0x59f7_41e0,
        0x8ba7_9b98, 0x6e1d_3b62, 0xf320_ad74, 0x8eb1_c71e, 0xbe8b_0537, 0xaa87_ca22,
    ],
    [
        0x90ea_0e5f, 0x7a43_1d7c, 0x1d7e_819d, 0x0a60_b1ce, 0xb5f0_b8c0, 0xe9da_3113,
        0x289a_147c, 0xf8f4_1dbd, 0x9292_dc29, 0x5d9e_98bf, 0x9626_2c6f, 0x3617_de4a,
    ]
);

/// Half of what the tables of a process may take: this much is left for keys that need
/// their first tables.
const AMPLE: usize = SHARED_BYTES / 2;

/// Into how many parts scalars are split for tables of the first level. Four: a quarter of the
/// doublings.
pub(super) const PARTS: usize = 4;

/// As soon as a key comes back.
const USES_OF_PARTS: u32 = 2;

const fn widths<const N: usize>(levels: [(usize, u32, usize); N]) -> [usize; N] {
    let mut widths = [0; N];
    let mut at = 0;
    while at < N {
        widths[at] = levels[at].0;
        at += 1;
    }
    widths
}

const fn levels<F: Field, const N: usize, const ALL: usize>(
    bits: usize,
    levels: [(usize, u32, usize); N],
) -> [Level; ALL] {
    let bytes = Multiples::<F>::bytes(PARTS);
    assert!(bytes > tables::LEAST_TABLE_BYTES);
    let mut all = [Level { uses: USES_OF_PARTS, bytes, spare: 0 }; ALL];
    let mut at = 0;
    while at < N {
        let (width, uses, spare) = levels[at];
        all[at + 1] = Level { uses, bytes: Comb::<F>::bytes(bits, width), spare };
        at += 1;
    }
    all
}
