//! The same verdicts as the crates', faster: everything that depends on the key
//! alone is computed once. Lives apart, parses nothing, decides nothing else.
//!
//! ```text
//! trust      the supervisor: an accelerator's first verdicts are compared with its crate's
//! tables     which keys have which table, within a bound of memory
//!
//! ecdsa      a signature's verdict, on P-256 and P-384
//! comb       scalars times points with large tables
//! wnaf       scalars times points with the smallest, and without
//! curve      the curves' numbers, the sizes of their tables
//! point      the curves' addition formulas, one by one and many at once
//! field      the curves' prime fields: representation, bounds
//! *_limbs    their arithmetic, written by `generator`
//! scalar     integers modulo the curves' orders
//! modinv     inverses by division steps
//! integer    words and limbs
//!
//! ed25519          a signature's verdict, tables of multiples
//! ed25519_point    the curve's addition formulas, encodings
//! ed25519_scalar   integers modulo the order of the base point
//! fe25519          the field: representation, bounds
//!
//! rsa              a signature's verdict
//! rsa_encoding     PKCS #1 v1.5 and PSS
//! rsa_elsewhere    the public operation, where another module computes it
//! rsa_montgomery   the public operation, over either kernel
//! rsa_scalar       Montgomery multiplication with 64-bit integers
//! rsa_simd         the same with simd128
//! rsa_limbs        integers: representation, bounds
//! ```
//!
//! # What can go wrong
//!
//! A wrong accept is the worst failure there is: whoever finds a signature that only
//! the accelerator takes for good is whoever they like to be. A wrong refusal locks
//! users out. The one who attacks chooses message, signature and, with tokens of many
//! issuers, some of the keys; they can time each verdict and know all of this code. They
//! do not choose the crate's verdict, and they have no way to write to this memory.
//!
//! So the accelerators get as little as possible to be wrong with. Keys are imported by
//! the crates, with the crates' checks, and here once more: coordinates less than the
//! prime and on the curve, Ed25519 points in their canonical encoding and not of small
//! order, RSA moduli odd and of 2048 to 8192 bits. Where RSA's public operation is computed by another
//! module, with fused multiply-adds ([`rsa_elsewhere`]), that one sees a modulus and a number and
//! gives a number back, which is held against the encoding here. Tokens, JSON, algorithms and policy never
//! come here. There is no `unsafe`, and where slices are indexed the file says why that holds.
//!
//! # What is computed of a key
//!
//! | | with the key | after good signatures | without a table |
//! | --- | --- | --- | --- |
//! | ECDSA | its point in Montgomery form | odd multiples of it and of the generator, for a quarter of the scalar each: [`wnaf`]; then all multiples in digits of 4, 6, 8 and 10 bits, for P-384 4, 6 and 8: [`comb`] | interleaved non-adjacent forms: [`wnaf`] |
//! | Ed25519 | its point, decoded | multiples of it and of the base point, 4, 6 and 8 bits: [`ed25519`] | Straus, 4 bits |
//! | RSA | R² and the inverse of the modulus: [`rsa_montgomery`] | | |
//!
//! [`tables`] decides who gets which: by uses, only good signatures counted; one step of
//! one table in a verification; within a bound of memory for all of them, of which the
//! largest tables leave half to others. The smallest of ECDSA are for services with thousands
//! of keys: they take 2 or 4 kB, so that each of these keys can have one.
//!
//! # Why nothing overflows
//!
//! Limbs are a few bits shorter than their words, sums are not carried, and products
//! are summed in 64 bits. [`field`], [`fe25519`] and [`rsa_limbs`] state the bound of
//! each limb and why every column stays below it. For the curves' fields an element
//! carries its bound along in debug builds: each operation computes the bound of its
//! result from those of its operands, whatever the data, and asserts it together with the limbs.
//! One run of a formula therefore proves it for all inputs. In the others the premises of
//! each product are asserted where it is made, and overflow checks are on in all tests.
//!
//! # Exceptions of the formulas
//!
//! Short Weierstrass additions are incomplete. Each of them leaves `z = 0` where it
//! cannot add, and that stays to the end ([`point`]); a batch of affine additions finds
//! a difference that has no inverse. Either way the sum is made anew by complete
//! additions, which is slow and which only crafted signatures meet. The formulas of
//! Ed25519 have no exceptions.
//!
//! # Supervision
//!
//! The crates stay in the module, and [`trust`] asks them as well until an accelerator
//! has accepted [`trust::PROBATION`] signatures with them, and until one was accepted with each new table
//! or RSA key. The crate's verdict stands. One disagreement, in whatever direction,
//! switches the family off until the process ends, drops its tables, and is told to
//! `onFault`. What is computed elsewhere, [`Family::RsaElsewhere`], is compared in the same way
//! and apart from RSA: once it is off, the kernels here go on. A comparison cannot show that a few of a table's points are wrong, of which
//! a verdict needs a few dozen: those of ECDSA are all held against the curve's equation when a
//! table is done ([`comb`], [`wnaf`]). A wrong point elsewhere, or damage later, makes
//! good signatures fail; that it makes a chosen bad one pass would have to be luck.
//!
//! # How it is proven
//!
//! - Arithmetic against plain integers, all operands at their bounds: `ec_tests`, and
//!   `accel_rsa_ed` of the core.
//! - Verdicts against the crates', for every table of either point: `tests/accel_ec.rs`
//!   and `tests/accel_rsa_ed.rs`, 2 000 cases each in `npm test`, as many as
//!   `JOTGATE_CASES` says else. r and s at the ends of their range and beyond, r + n, points at
//!   infinity, equal and opposite terms, S + L, points of small and of mixed order,
//!   encodings that are not canonical, salts and padding, limbs at their bounds.
//! - Wycheproof's vectors through every table and both RSA kernels, unsupervised, natively
//!   and in every runtime: `tests/accel_ec.rs`, `tests/accel_rsa_ed.rs`, `tests/variants`.
//! - Fuzzing against the crates: `accel_p256`, `accel_p384`, `accel_ed25519`, `accel_rsa` in `fuzz/`.
//! - The supervisor: `tests/accel_trust.rs`; with arithmetic or tables broken on purpose
//!   (feature `fault`), which must be found out before a wrong verdict leaves: `tests/accel_fault.rs`.
//! - The generated files are compared with what `generator.rs` writes.
//!
//! # Time
//!
//! All of it works on public data: public keys, signatures, messages. So time may
//! depend on them, and it does: digits of 0 are skipped, inverses take as many steps as
//! they need, tables are indexed by digits. No secret ever reaches this crate; it must
//! not be used to sign or to agree on keys, nor with HMAC secrets.

#![no_std]
#![forbid(unsafe_code)]
#![allow(rustdoc::private_intra_doc_links, reason = "written for reviewers, who see the private items")]

extern crate alloc;

mod comb;
mod curve;
#[cfg(test)]
mod ec_tests;
pub mod ecdsa;
#[cfg(feature = "eddsa")]
pub mod ed25519;
#[cfg(feature = "eddsa")]
mod ed25519_point;
#[cfg(feature = "eddsa")]
pub mod ed25519_scalar;
#[cfg(feature = "fault")]
pub mod fault;
#[cfg(feature = "eddsa")]
pub mod fe25519;
mod field;
mod integer;
mod modinv;
#[rustfmt::skip]
mod p256_limbs;
#[rustfmt::skip]
mod p384_limbs;
mod point;
#[cfg(feature = "rsa")]
pub mod rsa;
#[cfg(feature = "rsa")]
pub mod rsa_elsewhere;
#[cfg(feature = "rsa")]
pub mod rsa_encoding;
#[cfg(feature = "rsa")]
mod rsa_limbs;
#[cfg(feature = "rsa")]
pub mod rsa_montgomery;
#[cfg(feature = "rsa")]
pub mod rsa_scalar;
#[cfg(all(feature = "rsa", target_arch = "wasm32"))]
pub mod rsa_simd;
mod scalar;
pub mod tables;
pub mod trust;
mod wnaf;

/// The accelerators: each has to earn its trust on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// ECDSA on P-256.
    P256,
    /// ECDSA on P-384.
    P384,
    /// Ed25519.
    Ed25519,
    /// RSA, PKCS #1 v1.5 and PSS.
    Rsa,
    /// The same, with the public operation computed elsewhere: fused multiply-adds.
    RsaElsewhere,
}

impl Family {
    /// All of them.
    pub const ALL: [Family; 5] = [Family::P256, Family::P384, Family::Ed25519, Family::Rsa, Family::RsaElsewhere];

    /// The name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::P256 => "P-256",
            Family::P384 => "P-384",
            Family::Ed25519 => "Ed25519",
            Family::Rsa => "RSA",
            Family::RsaElsewhere => "RSA-FMA",
        }
    }
}
