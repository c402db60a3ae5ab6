use roo_bedrock::{AsyncInvokeFilter, AsyncInvokeStatus, SortOrder, StartAsyncInvoke};
use roo_core::ErrorKind;
use serde_json::json;

use crate::{assert_authentic, emulator_and_client, failed};

fn video() -> StartAsyncInvoke {
    StartAsyncInvoke::new(
        "amazon.nova-reel-v1:0",
        json!({ "taskType": "TEXT_VIDEO" }),
        "s3://a-bucket/videos",
    )
}

#[tokio::test]
async fn an_invocation_is_started_and_watched() {
    let (emulator, client) = emulator_and_client().await;
    let request = video()
        .with_bucket_owner("123456789012")
        .with_tag("team", "films")
        .with_client_request_token("token-1");
    let arn = client.start_async_invoke(&request).await.unwrap();
    assert_eq!(client.start_async_invoke(&request).await.unwrap(), arn, "the token starts it once");
    let first = client.get_async_invoke(&arn).await.unwrap();
    assert_eq!((first.status, first.end_time), (Some(AsyncInvokeStatus::InProgress), None));
    assert_eq!(first.output, request.output);
    let done = client.get_async_invoke(&arn).await.unwrap();
    assert_eq!(done.status, Some(AsyncInvokeStatus::Completed));
    assert!(done.end_time.is_some() && done.client_request_token.as_deref() == Some("token-1"));
    assert_authentic(&emulator);
}

#[tokio::test]
async fn invocations_are_listed_as_far_as_wanted() {
    let (emulator, client) = emulator_and_client().await;
    for _ in 0..3 {
        client.start_async_invoke(&video()).await.unwrap();
    }
    assert_eq!(client.list_async_invokes(&AsyncInvokeFilter::new()).await.unwrap().len(), 3);
    let two = AsyncInvokeFilter::new().with_limit(2).with_sort_order(SortOrder::Ascending);
    assert_eq!(client.list_async_invokes(&two).await.unwrap().len(), 2);
    let done = AsyncInvokeFilter::new().with_status(AsyncInvokeStatus::Completed);
    assert!(client.list_async_invokes(&done).await.unwrap().is_empty());
    let old = AsyncInvokeFilter::new()
        .with_submitted_before("2020-01-02T03:04:05.678Z")
        .with_submitted_after("2019-01-02T03:04:05Z");
    assert!(client.list_async_invokes(&old).await.unwrap().is_empty());
    let wrong = AsyncInvokeFilter::new().with_submitted_after("yesterday");
    assert_eq!(failed(client.list_async_invokes(&wrong).await).kind(), ErrorKind::InvalidRequest);
    assert_authentic(&emulator);
}

#[tokio::test]
async fn what_is_malformed_is_refused() {
    let (_emulator, client) = emulator_and_client().await;
    let mut nowhere = video();
    nowhere.output.s3_uri = "https://bucket".to_owned();
    assert_eq!(failed(client.start_async_invoke(&nowhere).await).status(), Some(400));
    client.start_async_invoke(&video().with_client_request_token("t")).await.unwrap();
    let other = video().with_client_request_token("t").with_tag("a", "b");
    let error = failed(client.start_async_invoke(&other).await);
    assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidRequest, Some("ConflictException")));
    let arn = "arn:aws:bedrock:us-east-1:123456789012:async-invoke/abcdefghijkl";
    assert_eq!(failed(client.get_async_invoke(arn).await).kind(), ErrorKind::InvalidRequest);
}
