use std::fmt;
use std::time::Duration;

use ::reqwest::{Client, ClientBuilder, Url, redirect};
use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use http_body_util::BodyExt;
use roo_core::{Error, ErrorKind, Result};
use url::Host;

use crate::{Body, Request, Response, Transport};

/// [`Transport`] on reqwest: HTTP/1.1, rustls with the system's certificates and Mozilla's, and the proxies that
/// `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name, but never a proxy for this machine itself. Redirects are not
/// followed. Cloning shares the connections. It needs a Tokio runtime, of any flavour, around every call.
#[derive(Clone)]
pub struct ReqwestTransport {
    client: Client,
    /// For this machine itself, which no proxy can reach.
    direct: Client,
}

impl ReqwestTransport {
    /// A transport with the default settings.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the TLS library cannot be set up.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// A transport whose settings are to be changed.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder { connect_timeout: Duration::from_secs(10), proxy: true }
    }

    /// Uses a client of your own. It must not follow redirects, since a redirected request has no valid signature and
    /// would show its credentials to somebody else.
    pub fn from_client(client: Client) -> Self {
        Self { direct: client.clone(), client }
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client's own Debug shows default headers, where keys may be.
        f.write_str("ReqwestTransport")
    }
}

/// Settings of a [`ReqwestTransport`].
#[derive(Debug, Clone)]
pub struct ReqwestTransportBuilder {
    connect_timeout: Duration,
    proxy: bool,
}

impl ReqwestTransportBuilder {
    /// How long a connection may take to come about, TLS included. Ten seconds if not set.
    #[must_use]
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Ignores the proxies that the environment names.
    #[must_use]
    pub fn without_proxy(mut self) -> Self {
        self.proxy = false;
        self
    }

    /// The transport.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] if the TLS library cannot be set up.
    pub fn build(&self) -> Result<ReqwestTransport> {
        let direct = self.client(false)?;
        let client = if self.proxy { self.client(true)? } else { direct.clone() };
        Ok(ReqwestTransport { client, direct })
    }

    fn client(&self, proxy: bool) -> Result<Client> {
        let builder = ClientBuilder::new()
            .redirect(redirect::Policy::none())
            .connect_timeout(self.connect_timeout)
            // A model may think for minutes without a byte; this tells a silent peer from a dead one.
            .tcp_keepalive(Duration::from_secs(60));
        let builder = if proxy { builder } else { builder.no_proxy() };
        builder.build().map_err(|error| {
            let why = format!("the HTTP client cannot be set up: {}", root_cause(&error));
            Error::new(ErrorKind::Config, why).with_source(error)
        })
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Request) -> Result<Response> {
        let (parts, body) = request.into_parts();
        let url = exact_url(&parts.uri)?;
        let host = parts.uri.authority().map(ToString::to_string).unwrap_or_default();
        let mut outgoing = ::reqwest::Request::new(parts.method, url);
        *outgoing.headers_mut() = parts.headers;
        *outgoing.body_mut() = Some(body.into());

        let client = if is_this_machine(outgoing.url()) { &self.direct } else { &self.client };
        let answer = client.execute(outgoing).await.map_err(|error| no_answer(error, &host))?;
        let (parts, body) = http::Response::from(answer).into_parts();
        let chunks = BodyExt::into_data_stream(body).map_err(broken_body);
        Ok(Response::from_parts(parts, Body::from_stream(chunks)))
    }
}

/// The URL library rewrites some targets (dot segments, for instance), and a rewritten target has no valid signature.
fn exact_url(uri: &http::Uri) -> Result<Url> {
    let url = Url::parse(&uri.to_string())
        .map_err(|error| Error::new(ErrorKind::Config, format!("the URL {uri} is not valid: {error}")))?;
    if url.path() == uri.path() && url.query() == uri.query() {
        Ok(url)
    } else {
        let message =
            format!("the path {} cannot be sent as it is: it would become {}", uri.path(), url.path());
        Err(Error::new(ErrorKind::InvalidRequest, message))
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What to look at when no connection comes about.
const CONNECT_HINT: &str = "Check the network and the endpoint, and the proxy if HTTPS_PROXY, HTTP_PROXY or ALL_PROXY \
                            name one: then it is what did not answer.";

fn no_answer(error: ::reqwest::Error, host: &str) -> Error {
    let cause = root_cause(&error);
    let mapped = if error.is_connect() && error.is_timeout() {
        Error::new(ErrorKind::Timeout, format!("no connection to {host} in time")).with_hint(CONNECT_HINT)
    } else if error.is_connect() {
        Error::new(ErrorKind::Connect, format!("no connection to {host}: {cause}")).with_hint(CONNECT_HINT)
    } else if error.is_timeout() {
        Error::new(ErrorKind::Timeout, format!("no answer from {host} in time"))
    } else if error.is_builder() {
        Error::new(ErrorKind::InvalidRequest, format!("the request cannot be sent: {cause}"))
    } else {
        Error::new(ErrorKind::Truncated, format!("{host} closed the connection without an answer: {cause}"))
    };
    mapped.with_source(error.without_url())
}

fn broken_body(error: ::reqwest::Error) -> Error {
    let kind = if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Truncated };
    Error::new(kind, format!("the connection broke in the middle of the answer: {}", root_cause(&error)))
        .with_source(error.without_url())
}

/// The innermost cause: the layers above it say where it passed through, not what happened.
fn root_cause(error: &::reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    async fn send(target: &str) -> Result<Response> {
        let request = http::Request::post(target).body(bytes::Bytes::from_static(b"x")).unwrap();
        ReqwestTransport::new().unwrap().send(request).await
    }

    /// A server that answers one connection with these bytes, and what it received.
    async fn serve(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut received = vec![0; 4096];
            let length = socket.read(&mut received).await.unwrap();
            socket.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(received[..length].to_vec()).unwrap()
        });
        (url, served)
    }

    #[test]
    fn this_machine_is_reached_without_a_proxy() {
        for (url, expected) in [
            ("http://127.0.0.1:1/", true),
            ("http://localhost/", true),
            ("http://a.localhost/", true),
            ("http://[::1]:8080/", true),
            ("http://169.254.170.2/", false),
            ("https://bedrock-runtime.us-east-1.amazonaws.com/", false),
            ("http://localhost.example.com/", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer() {
        let (url, _) =
            serve("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
        assert_eq!(send(&url).await.unwrap().status(), 302);
    }

    #[tokio::test]
    async fn the_target_goes_out_as_it_is() {
        let (url, served) = serve("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        let response = send(&format!("{url}/model/a%3Ab%2Fc/converse?x=%20")).await.unwrap();
        assert_eq!(response.into_body().collect(10).await.unwrap(), "ok");
        assert!(served.await.unwrap().starts_with("POST /model/a%3Ab%2Fc/converse?x=%20 HTTP/1.1\r\n"));
        let error = send(&format!("{url}/model/%2e%2e/converse")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }

    #[tokio::test]
    async fn each_way_to_get_no_answer_has_its_kind() {
        let error = send("http://127.0.0.1:1/").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.to_string().contains("127.0.0.1:1"), "{error}");

        let (url, _) = serve("").await;
        assert_eq!(send(&url).await.unwrap_err().kind(), ErrorKind::Truncated);

        let (url, _) = serve("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await;
        let body = send(&url).await.unwrap().into_body();
        assert_eq!(body.collect(10).await.unwrap_err().kind(), ErrorKind::Truncated);
    }
}
