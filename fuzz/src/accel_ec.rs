//! The accelerators for ECDSA against the crates, for any scalars and any signature;
//! debug assertions hold every bound on a limb.

use std::sync::LazyLock;

macro_rules! target {
    ($name:ident $width:literal $levels:expr) => {
        /// An octet for the key and the tables, one for what follows: `e`, `r`, `s` or `u₁`, `u₂`, `s`.
        pub fn $name(data: &[u8]) {
            use ::$name::ecdsa::signature::hazmat::PrehashVerifier;
            use ::$name::ecdsa::{Signature, VerifyingKey};
            use ::$name::elliptic_curve::ff::PrimeField;
            use ::$name::elliptic_curve::ops::Reduce;
            use ::$name::elliptic_curve::point::AffineCoordinates;
            use ::$name::{FieldBytes, ProjectivePoint, Scalar};
            use jotgate::accel::ecdsa::$name::{Key, Point, Table};
            use jotgate::accel::tables::Subject;

            struct Prepared {
                stock: VerifyingKey,
                point: ProjectivePoint,
                key: Key,
                tables: [Vec<Table>; 2],
            }

            fn built(point: &Point, level: usize) -> Table {
                let mut build = point.begin(level);
                loop {
                    if let Some(table) = Point::step(&mut build) {
                        return table;
                    }
                }
            }

            /// The generator, its negative, its neighbours, and points far from it.
            static KEYS: LazyLock<Vec<Prepared>> = LazyLock::new(|| {
                let secrets = [1_u64, 2, 3, 16, 64, 256, 4096, 0x1234_5678_9abc_def1].map(Scalar::from);
                secrets
                    .into_iter()
                    .flat_map(|secret| [secret, -secret])
                    .map(|secret| {
                        let point = ProjectivePoint::GENERATOR * secret;
                        let affine = point.to_affine();
                        let key = Key::new(&affine.x(), &affine.y()).unwrap_or_else(|| panic!("a multiple is a point"));
                        let tables = key.subjects().map(|point| $levels.map(|level| built(point, level)).into());
                        let stock = VerifyingKey::from_affine(affine).unwrap_or_else(|error| panic!("{error}"));
                        Prepared { stock, point, key, tables }
                    })
                    .collect()
            });

            let Some(([selector, crafted], rest)) = data.split_first_chunk() else { return };
            let Some(Prepared { stock, point, key, tables }) = KEYS.get(usize::from(selector % 16)) else { return };
            let Some((e, rest)) = rest.split_first_chunk::<$width>() else { return };
            let Some((r, s)) = rest.split_first_chunk::<$width>() else { return };
            let Some(s) = s.first_chunk::<$width>() else { return };
            let scalar = |octets: &[u8; $width]| <Scalar as Reduce<FieldBytes>>::reduce(&(*octets).into());
            let (hash, signature) = if crafted % 2 == 0 {
                (e.to_vec(), [*r, *s].concat())
            } else {
                // The scalars as given, and the `r` that makes the signature good.
                let (u1, u2) = (scalar(e), scalar(r));
                let sum = (ProjectivePoint::GENERATOR * u1 + *point * u2).to_affine();
                let r = <Scalar as Reduce<FieldBytes>>::reduce(&sum.x());
                let s = Option::<Scalar>::from(u2.invert()).map_or(scalar(s), |inverse| r * inverse);
                ((u1 * s).to_repr().to_vec(), [r.to_repr(), s.to_repr()].concat())
            };
            let expected = Signature::from_slice(&signature)
                .is_ok_and(|signature| stock.verify_prehash(&hash, &signature).is_ok());
            let place = |which: u8| usize::from(which).checked_sub(1);
            let [generator, public] = tables;
            let generator = place(selector / 16 % 4).and_then(|place| generator.get(place));
            let public = place(selector / 64).and_then(|place| public.get(place));
            assert_eq!(key.verify([generator, public], &hash, &signature), expected);
        }
    };
}

// No table, or that of one of three levels.
target!(p256 32 [0, 1, 3]);
target!(p384 48 [0, 1, 2]);
