//! 4xx and 5xx answers in all the forms that AWS and what stands before it have.

use roo_core::ErrorKind::{
    AccessDenied, ContextOverflow, Credentials, InvalidRequest, ModelError, ModelNotFound, ModelNotReady,
    Overloaded, Protocol, QuotaExceeded, ServerError, Throttled, Timeout,
};
use roo_core::{ErrorKind, Provider as _};
use roo_emulator::{ErrorForm, Reply};

use crate::{emulator_and_client, failed, request};

#[tokio::test]
async fn every_code_has_its_kind() {
    let (emulator, client) = emulator_and_client().await;
    for (status, code, message, kind, retryable) in [
        (403, "AccessDeniedException", "no", AccessDenied, false),
        (
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
            Credentials,
            false,
        ),
        (404, "ResourceNotFoundException", "no such model", ModelNotFound, false),
        (400, "ValidationException", "wrong", InvalidRequest, false),
        (400, "ValidationException", "Input is too long for requested model.", ContextOverflow, false),
        (400, "ValidationException", "The provided model identifier is invalid.", ModelNotFound, false),
        (400, "ServiceQuotaExceededException", "quota", QuotaExceeded, false),
        (408, "ModelTimeoutException", "slow", Timeout, true),
        (424, "ModelErrorException", "broken", ModelError, false),
        (429, "ThrottlingException", "slow down", Throttled, true),
        (429, "ModelNotReadyException", "loading", ModelNotReady, true),
        (500, "InternalServerException", "oops", ServerError, true),
        (503, "ServiceUnavailableException", "busy", Overloaded, true),
        (418, "TeapotException", "short and stout", InvalidRequest, false),
    ] {
        emulator.enqueue(Reply::error(status, code, message));
        let error = failed(client.create_message(request().with_user("hello")).await);
        assert_eq!((error.kind(), error.code(), error.status()), (kind, Some(code), Some(status)), "{error}");
        assert_eq!((error.message(), error.is_retryable()), (message, retryable), "{error}");
        assert_eq!(error.provider(), Some("bedrock"));
        assert_eq!(error.request_id(), emulator.requests().last().map(|request| request.request_id.as_str()));
    }
}

#[tokio::test]
async fn every_form_of_an_error_is_read() {
    let (emulator, client) = emulator_and_client().await;
    for (form, code) in [
        (ErrorForm::Header, Some("ThrottlingException")),
        (ErrorForm::HeaderWithUri, Some("ThrottlingException")),
        (ErrorForm::BodyCode, Some("ThrottlingException")),
        (ErrorForm::BodyType, Some("ThrottlingException")),
        (ErrorForm::Empty, None),
        (ErrorForm::Html, None),
    ] {
        emulator.enqueue(Reply::error_in_form(form, 429, "ThrottlingException", "Too many requests"));
        let error = failed(client.create_message(request().with_user("hello")).await);
        assert_eq!(
            (error.kind(), error.code(), error.status()),
            (ErrorKind::Throttled, code, Some(429)),
            "{error}"
        );
        assert!(error.request_id().is_some(), "{error}");
        assert!(!error.message().contains('<'), "a page is not a message: {error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(Reply::raw(307, [("location", "http://127.0.0.1:1/")], "").before_checks());
    let error = failed(client.create_message(request().with_user("hello")).await);
    assert_eq!((error.kind(), error.status()), (Protocol, Some(307)));
    assert!(error.hint().unwrap().contains("endpoint"), "{error}");
    assert_eq!(emulator.requests().len(), 1);
}

#[tokio::test]
async fn d09_a_success_of_another_type_is_no_success() {
    let (emulator, client) = emulator_and_client().await;
    let unknown =
        r#"{"Output":{"__type":"com.amazon.coral.service#UnknownOperationException"},"Version":"1.0"}"#;
    for (media_type, body, code) in [
        ("application/json", unknown, Some("UnknownOperationException")),
        ("text/html", "<html>Log in to the guest network</html>", None),
        ("application/json", r#"{"message":"from a gateway","code":"Blocked"}"#, Some("Blocked")),
    ] {
        emulator.enqueue(Reply::raw(200, [("content-type", media_type)], body).before_checks());
        let error = failed(client.create_message(request().with_user("hello")).await);
        assert_eq!((error.kind(), error.code(), error.status()), (Protocol, code, Some(200)), "{error}");
        assert!(error.message().contains(media_type) && !error.message().contains('<'), "{error}");
    }
}

#[tokio::test]
async fn odd_successes_and_answers_of_proxies_keep_their_status() {
    let (emulator, client) = emulator_and_client().await;
    for (status, kind) in [(201, Protocol), (204, Protocol), (304, Protocol), (407, ErrorKind::Connect)] {
        emulator.enqueue(Reply::raw(status, [], "").before_checks());
        let error = failed(client.create_message(request().with_user("hello")).await);
        assert_eq!(
            (error.kind(), error.status(), error.is_retryable()),
            (kind, Some(status), false),
            "{error}"
        );
    }
}

#[tokio::test]
async fn the_wait_that_is_asked_for_is_told() {
    let (emulator, client) = emulator_and_client().await;
    emulator.enqueue(Reply::error(429, "ThrottlingException", "slow down").with_header("retry-after", "7"));
    let error = failed(client.create_message(request().with_user("hello")).await);
    assert_eq!(error.retry_after(), Some(std::time::Duration::from_secs(7)));
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_is_named() {
    let (emulator, client) = emulator_and_client().await;
    let address = format!("127.0.0.1:{}", emulator.port());
    emulator.shutdown().await;
    let error = failed(client.create_message(request().with_user("hello")).await);
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.message().contains(&address) && error.hint().is_some(), "{error}");
}
