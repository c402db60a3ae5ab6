//! The HTTP server: reads a request whole, judges it, records it, and lets its operation answer.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::async_invocation::AsyncInvocations;
use crate::auth::{self, SignedParts};
use crate::clock::http_date;
use crate::error::ServiceError;
use crate::operation::{self, Call, Route};
use crate::prompt_cache::PromptCache;
use crate::random::Random;
use crate::received::ReceivedRequest;
use crate::response::{Body, JSON, error_response, unknown_operation};
use crate::script::{Delivery, Reply};
use crate::settings::Settings;

/// The largest body of a request that is stored. The service takes 25 MB; the margin lets a request that is a
/// little larger be judged and recorded like any other.
const STORED_BODY_LIMIT: usize = 26 * 1024 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What all connections share.
pub(crate) struct Service {
    pub(crate) settings: Settings,
    pub(crate) prompt_cache: PromptCache,
    pub(crate) async_invocations: AsyncInvocations,
    request_count: AtomicU64,
    requests: Mutex<Recorded>,
    script: Mutex<VecDeque<Reply>>,
}

impl Service {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            prompt_cache: PromptCache::default(),
            async_invocations: AsyncInvocations::default(),
            request_count: AtomicU64::new(0),
            requests: Mutex::default(),
            script: Mutex::default(),
        }
    }

    /// The present moment, as the emulator sees it.
    pub(crate) fn now(&self) -> SystemTime {
        self.settings.clock.now()
    }

    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.requests).requests.iter().cloned().collect()
    }

    pub(crate) fn enqueue(&self, reply: Reply) {
        lock(&self.script).push_back(reply);
    }

    pub(crate) fn pending_replies(&self) -> usize {
        lock(&self.script).len()
    }

    /// The next reply of the script, if there is one.
    pub(crate) fn take_reply(&self) -> Option<Reply> {
        lock(&self.script).pop_front()
    }

    /// Keeps a request for whoever asks what was received.
    fn record(&self, request: ReceivedRequest) {
        lock(&self.requests).push(request);
    }

    /// The next reply of the script, if it is no answer of a model.
    pub(crate) fn take_reply_that_is_no_answer(&self) -> Option<Reply> {
        lock(&self.script).pop_front_if(|reply| !reply.is_answer())
    }

    /// The next reply of the script, if it is to be given without looking at the request.
    fn take_reply_before_checks(&self) -> Option<Reply> {
        lock(&self.script).pop_front_if(|reply| reply.skips_checks())
    }
}

/// How long to wait after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(10);

/// How much of what was received is kept, in requests and in bytes of their bodies. The oldest go first.
const MAX_RECORDED_REQUESTS: usize = 10_000;
const MAX_RECORDED_BYTES: usize = 256 * 1024 * 1024;

/// What was received, as far as it is kept.
#[derive(Default)]
struct Recorded {
    requests: VecDeque<ReceivedRequest>,
    bytes: usize,
}

impl Recorded {
    fn push(&mut self, request: ReceivedRequest) {
        self.bytes += request.body.len();
        self.requests.push_back(request);
        while self.requests.len() > MAX_RECORDED_REQUESTS || self.bytes > MAX_RECORDED_BYTES {
            let Some(oldest) = self.requests.pop_front() else { break };
            self.bytes -= oldest.body.len();
        }
    }
}

/// A panic elsewhere leaves a list that is still whole, so a poisoned lock is no reason to stop.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accepts connections until the task is aborted, which drops the connections with it.
pub(crate) async fn run(listener: TcpListener, service: Arc<Service>) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = listener.accept().await;
        while connections.try_join_next().is_some() {}
        let Ok((socket, _)) = accepted else {
            // A connection that failed before it was accepted is the client's loss, and the next one may be fine. If
            // there are too many of them, trying at once again would only burn the time that closing one takes.
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        // Without this, the small chunks of a stream would wait for each other's acknowledgement.
        let _ = socket.set_nodelay(true);
        let service = Arc::clone(&service);
        connections.spawn(async move {
            let answer = service_fn(move |request| {
                let service = Arc::clone(&service);
                async move { Ok::<_, Infallible>(answer(&service, request).await) }
            });
            // An error here is a connection that was cut, by the client or on purpose by a script.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(socket), answer).await;
        });
    }
}

/// Answers one request.
async fn answer(service: &Service, request: Request<Incoming>) -> Response<Body> {
    let number = service.request_count.fetch_add(1, Ordering::Relaxed);
    let mut random = Random::for_request(service.settings.seed, number);
    let request_id = random.uuid();
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let body = read_body(body).await;
    let body_bytes = body.clone().unwrap_or_default();

    let now = service.now();
    let parts = SignedParts {
        method: head.method.as_str(),
        target: &target,
        headers: &head.headers,
        body: &body_bytes,
    };
    let verdict = auth::verify(&service.settings.identities, now, parts);
    service.record(ReceivedRequest {
        method: head.method.clone(),
        target: target.clone(),
        headers: head.headers.clone(),
        body: body_bytes.clone(),
        verdict: verdict.clone(),
        request_id: request_id.clone(),
    });

    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut call = Call {
        service,
        labels: Vec::new(),
        query,
        headers: &head.headers,
        body: &body_bytes,
        random,
        event_delay: service.settings.delay,
        delivery: Delivery::default(),
    };
    let answered = if let Some(reply) = service.take_reply_before_checks() {
        call.delivery = reply.delivery().clone();
        reply.into_response(&mut call)
    } else if body.is_none() {
        let message = format!("The request body is larger than {STORED_BODY_LIMIT} bytes.");
        Err(ServiceError::new(StatusCode::PAYLOAD_TOO_LARGE, "ValidationException", message))
    } else {
        match operation::route(&head.method, path) {
            Route::Unknown => Ok(unknown_operation()),
            Route::WrongMethod(allowed) => Ok(method_not_allowed(allowed)),
            Route::Found(operation, labels) => match auth::refusal_error(&verdict) {
                Some(error) => Err(error),
                None => {
                    call.labels = labels;
                    (operation.serve)(&mut call)
                }
            },
        }
    };
    let delivery = call.delivery;
    let mut response = answered
        .and_then(|mut response| delivery.apply(&mut response).map(|()| response))
        .unwrap_or_else(|error| error_response(&error));
    if !delivery.pause.is_zero() {
        tokio::time::sleep(delivery.pause).await;
    }
    complete_headers(&mut response, &request_id, &http_date(now));
    response
}

/// The whole body; `None` if it is too large, after reading and discarding the rest, because a client that is
/// still writing would otherwise see a reset connection in place of the answer.
async fn read_body(mut body: Incoming) -> Option<Bytes> {
    let mut stored = BytesMut::new();
    let mut is_too_large = false;
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        is_too_large |= stored.len() + data.len() > STORED_BODY_LIMIT;
        if !is_too_large {
            stored.extend_from_slice(&data);
        }
    }
    (!is_too_large).then(|| stored.freeze())
}

fn method_not_allowed(allowed: &'static str) -> Response<Body> {
    let message = format!("The HTTP method is not allowed for this resource. Allowed: {allowed}.");
    let error = ServiceError::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowedException", message);
    let mut response = error_response(&error);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// The headers every answer has. What a script has set itself stays.
fn complete_headers(response: &mut Response<Body>, request_id: &str, date: &str) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.entry(REQUEST_ID).or_insert(value);
    }
    if let Ok(value) = HeaderValue::from_str(date) {
        headers.entry(header::DATE).or_insert(value);
    }
    headers.entry(header::CONTENT_TYPE).or_insert(JSON);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::received::Verdict;

    fn request(body: &Bytes) -> ReceivedRequest {
        ReceivedRequest {
            method: http::Method::POST,
            target: "/".to_owned(),
            headers: http::HeaderMap::new(),
            body: body.clone(),
            verdict: Verdict::Bearer,
            request_id: String::new(),
        }
    }

    #[test]
    fn the_record_is_bounded_in_requests_and_in_bytes() {
        let mut recorded = Recorded::default();
        let small = Bytes::from_static(b"x");
        (0..2 * MAX_RECORDED_REQUESTS).for_each(|_| recorded.push(request(&small)));
        assert_eq!((recorded.requests.len(), recorded.bytes), (MAX_RECORDED_REQUESTS, MAX_RECORDED_REQUESTS));
        let large = Bytes::from(vec![0; 20_000_000]);
        (0..20).for_each(|_| recorded.push(request(&large)));
        assert_eq!((recorded.requests.len(), recorded.bytes), (13, 260_000_000));
    }
}
