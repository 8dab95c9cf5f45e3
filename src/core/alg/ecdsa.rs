//! ECDSA with fixed-width signatures, RFC 7518 §3.4 and RFC 8812 §3.2: one
//! module and one feature for each curve.

macro_rules! ecdsa_algorithm {
    ($feature:literal $module:ident $alg:ident $jose:literal $section:literal $curve:ident $hash:ident $width:literal $($accel:ident)?) => {
        #[doc = concat!("`", $jose, "`, ", $section, ".")]
        #[cfg(feature = $feature)]
        pub mod $module {
            use ::core::num::NonZeroUsize;
            use alloc::borrow::Cow;
            $(
                #[cfg(feature = "accel")]
                use {jotgate_accel::{ecdsa::$accel, trust::Supervisor}, alloc::sync::Arc};
            )?

            use ::$curve::ecdsa::signature::hazmat::PrehashVerifier;
            use ::$curve::elliptic_curve::point::AffineCoordinates;
            use ::$curve::{AffinePoint, ecdsa};
            use jwt_compact::{Algorithm, AlgorithmSignature};
            use sha2::{Digest, $hash};

            use crate::SigningKey;
            use crate::KeyError;

            #[doc = concat!("`", $jose, "`, ", $section, ".")]
            #[derive(Clone, Copy, Debug, Default)]
            pub struct $alg;

            #[doc = concat!("A public key for `", $jose, "`: a point on the curve.")]
            #[derive(Clone, Debug)]
            pub struct VerifyingKey {
                stock: ecdsa::VerifyingKey,
                $(
                    #[cfg(feature = "accel")]
                    accelerated: Option<(Arc<$accel::Key>, Supervisor)>,
                )?
            }

            impl VerifyingKey {
                /// Takes the affine coordinates as big-endian octets of the
                /// field's full width (RFC 7518 §6.2.1.2).
                ///
                /// # Errors
                ///
                /// [`KeyError::EcPoint`] for another width and for coordinates
                /// that are not of a point on the curve.
                #[inline(never)]
                pub fn new(x: &[u8], y: &[u8]) -> Result<Self, KeyError> {
                    let x = x.try_into().map_err(|_| KeyError::EcPoint)?;
                    let y = y.try_into().map_err(|_| KeyError::EcPoint)?;
                    // Not by way of SEC 1: reading that form brings square roots along.
                    let point = AffinePoint::from_coordinates(x, y).into_option();
                    let stock = ecdsa::VerifyingKey::from_affine(point.ok_or(KeyError::EcPoint)?);
                    Ok(Self {
                        stock: stock.map_err(|_| KeyError::EcPoint)?,
                        $(
                            #[cfg(feature = "accel")]
                            accelerated: None::<(Arc<$accel::Key>, Supervisor)>,
                        )?
                    })
                }

                $(
                    /// Lets the accelerator verify, under supervision.
                    #[cfg(feature = "accel")]
                    #[inline(never)]
                    pub fn accelerate(&mut self, supervisor: &Supervisor) {
                        let point = self.stock.as_affine();
                        let key = $accel::Key::supervised(&point.x(), &point.y(), supervisor);
                        self.accelerated = key.map(|key| (Arc::new(key), supervisor.clone()));
                    }
                )?
            }

            #[doc = concat!("The `R ‖ S` of `", $jose, "`.")]
            #[derive(Clone, Debug)]
            pub struct Signature([u8; 2 * $width]);

            impl AlgorithmSignature for Signature {
                const LENGTH: Option<NonZeroUsize> = NonZeroUsize::new(2 * $width);

                fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
                    slice.try_into().map(Self).map_err(|_| anyhow::Error::msg("R and S are as wide as the order"))
                }

                fn as_bytes(&self) -> Cow<'_, [u8]> {
                    Cow::Borrowed(&self.0)
                }
            }

            impl Algorithm for $alg {
                type SigningKey = SigningKey;
                type VerifyingKey = VerifyingKey;
                type Signature = Signature;

                fn name(&self) -> Cow<'static, str> {
                    Cow::Borrowed($jose)
                }

                fn sign(&self, signing_key: &SigningKey, _message: &[u8]) -> Signature {
                    match *signing_key {}
                }

                fn verify_signature(
                    &self,
                    signature: &Signature,
                    verifying_key: &VerifyingKey,
                    message: &[u8],
                ) -> bool {
                    let hash = $hash::digest(message);
                    let stock = || {
                        // k256 refuses a high S, for which no RFC on JOSE asks.
                        ecdsa::Signature::from_slice(&signature.0).is_ok_and(|signature| {
                            verifying_key.stock.verify_prehash(&hash, &signature.normalize_s()).is_ok()
                        })
                    };
                    $(
                        #[cfg(feature = "accel")]
                        if let Some((key, supervisor)) = &verifying_key.accelerated {
                            return $accel::Key::verdict(key, supervisor, &hash, &signature.0, &stock);
                        }
                    )?
                    stock()
                }
            }
        }
    };
}

ecdsa_algorithm!("es256" es256 Es256 "ES256" "RFC 7518 §3.4" p256 Sha256 32 p256);
ecdsa_algorithm!("es384" es384 Es384 "ES384" "RFC 7518 §3.4" p384 Sha384 48 p384);
ecdsa_algorithm!("es512" es512 Es512 "ES512" "RFC 7518 §3.4" p521 Sha512 66);
ecdsa_algorithm!("es256k" es256k Es256k "ES256K" "RFC 8812 §3.2" k256 Sha256 32);
