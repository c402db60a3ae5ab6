use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use http::header::{AUTHORIZATION, HeaderValue};
use http::request::Parts;
use roo_core::{Error, ErrorKind, Result};
use roo_sigv4::{PayloadHash, Signer, SigningSettings};
use url::Url;

use crate::{Identity, Region, Service};

/// Puts an identity on a request to one service: a Signature Version 4, or a bearer token.
///
/// It keeps the signer of the region that was used last, and with it the derived keys.
pub struct Authorizer {
    service: Service,
    signer: Mutex<Option<(Region, Arc<Signer>)>>,
}

impl Authorizer {
    /// For requests to this service.
    pub fn new(service: Service) -> Self {
        Self { service, signer: Mutex::new(None) }
    }

    /// Authorizes a request whose target, headers and body are final. Only headers are set.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if a token would go over a connection that is not encrypted, other than to this machine
    /// itself; [`ErrorKind::Credentials`] if the credentials cannot be put on a request at all. The request is then
    /// as it was.
    pub fn authorize(
        &self,
        parts: &mut Parts,
        body: &[u8],
        identity: &Identity,
        region: &Region,
        time: SystemTime,
    ) -> Result<()> {
        match identity {
            Identity::Credentials(credentials) => {
                let mut keys =
                    roo_sigv4::Credentials::new(credentials.access_key_id(), credentials.secret_access_key());
                if let Some(token) = credentials.session_token() {
                    keys = keys.with_session_token(token);
                }
                let signed = self.signer(region)?.sign(parts, &PayloadHash::sha256(body), &keys, time);
                signed.map(|_| ()).map_err(cannot_sign)
            }
            Identity::BearerToken(token) => {
                let url = Url::parse(&parts.uri.to_string()).map_err(|error| {
                    Error::new(ErrorKind::Config, format!("the URL is not valid: {error}"))
                })?;
                identity.check_endpoint(&url)?;
                let value = format!("Bearer {}", token.as_str());
                let mut value = HeaderValue::try_from(value).map_err(|_| {
                    Error::new(
                        ErrorKind::Credentials,
                        "the bearer token has characters that no header can carry",
                    )
                })?;
                value.set_sensitive(true);
                parts.headers.insert(AUTHORIZATION, value);
                Ok(())
            }
        }
    }

    fn signer(&self, region: &Region) -> Result<Arc<Signer>> {
        // A panic elsewhere leaves a whole value here: it is replaced, never changed in place.
        let mut last = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((of, signer)) if of == region => Ok(Arc::clone(signer)),
            _ => {
                let settings = SigningSettings::new(region.as_str(), self.service.signing_name());
                let signer = Arc::new(Signer::new(settings).map_err(cannot_sign)?);
                *last = Some((region.clone(), Arc::clone(&signer)));
                Ok(signer)
            }
        }
    }
}

fn cannot_sign(error: roo_sigv4::SigningError) -> Error {
    Error::new(ErrorKind::Credentials, format!("the request cannot be signed: {error}")).with_source(error)
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorizer").field("service", &self.service).finish_non_exhaustive()
    }
}
