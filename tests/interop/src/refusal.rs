//! Requests that the emulator must refuse, in a form that the SDK understands.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::operation::converse::ConverseError;
use aws_sdk_bedrockruntime::operation::converse_stream::ConverseStreamError;
use aws_sdk_bedrockruntime::types::{ContentBlock, Message};

use crate::conversation::{MODEL, user};
use crate::{Outcome, expect};

const BLANK: &str = "The text field in the ContentBlock object at messages.0.content.0 is blank.";

/// An identity is refused with status 403 and this code, by either operation.
pub(crate) async fn both_ways(client: &Client, code: &str) -> Outcome {
    let (whole, streamed) = ask(client, user(ContentBlock::Text("Hello".to_owned()))?).await?;
    check(&whole, 403, code, "")?;
    check(&streamed, 403, code, "")
}

/// The SDK reads the error of an invalid request as what it is, with its message.
pub(crate) async fn blank_text(client: &Client) -> Outcome {
    let (whole, streamed) = ask(client, user(ContentBlock::Text(" ".to_owned()))?).await?;
    check(&whole, 400, "ValidationException", BLANK)?;
    check(&streamed, 400, "ValidationException", BLANK)?;
    let is_modelled = whole.as_service_error().is_some_and(ConverseError::is_validation_exception)
        && streamed.as_service_error().is_some_and(ConverseStreamError::is_validation_exception);
    expect(is_modelled, || format!("no ValidationException: {whole:?} {streamed:?}"))
}

/// The errors of both operations.
async fn ask(
    client: &Client,
    message: Message,
) -> Outcome<(SdkError<ConverseError>, SdkError<ConverseStreamError>)> {
    let whole = client.converse().model_id(MODEL).messages(message.clone()).send().await;
    let streamed = client.converse_stream().model_id(MODEL).messages(message).send().await;
    match (whole, streamed) {
        (Err(whole), Err(streamed)) => Ok((whole, streamed)),
        answers => Err(format!("not refused but answered: {answers:?}").into()),
    }
}

fn check<E>(error: &SdkError<E>, status: u16, code: &str, message: &str) -> Outcome
where
    E: ProvideErrorMetadata + std::fmt::Debug,
{
    let seen_status = error.raw_response().map(|response| response.status().as_u16());
    let has_message = error.message().is_some_and(|seen| !seen.is_empty() && seen.contains(message));
    let is_expected = seen_status == Some(status) && error.code() == Some(code) && has_message;
    expect(is_expected, || format!("refused with {error:?}"))
}
