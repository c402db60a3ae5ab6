//! Asynchronous invocations, from start to list.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use roo_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{Answer, call_path, escaped, with};

fn request(input: Value) -> Value {
    let output = json!({ "s3OutputDataConfig": { "s3Uri": "s3://bucket/key" } });
    json!({ "modelId": "amazon.nova-reel-v1:0", "modelInput": input, "outputDataConfig": output })
}

async fn start(emulator: &Emulator, body: &Value) -> Answer {
    call_path(emulator, "/async-invoke", Some(body)).await
}

async fn arn(emulator: &Emulator, input: Value) -> String {
    let answer = start(emulator, &request(input)).await.json();
    answer["invocationArn"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn get(emulator: &Emulator, arn: &str) -> Answer {
    call_path(emulator, &format!("/async-invoke/{}", escaped(arn)), None).await
}

async fn list(emulator: &Emulator, query: &str) -> Value {
    call_path(emulator, &format!("/async-invoke?{query}"), None).await.json()
}

fn arns(list: &Value) -> Vec<&str> {
    let summaries = list["asyncInvokeSummaries"].as_array().unwrap_or_else(|| panic!("{list}"));
    summaries.iter().map(|summary| summary["invocationArn"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_invocation_ends_once_it_has_been_seen() {
    let emulator = Emulator::start().await.unwrap();
    let good = arn(&emulator, json!({ "prompt": "x" })).await;
    assert!(good.starts_with("arn:aws:bedrock:us-east-1:123456789012:async-invoke/"));
    let bad = arn(&emulator, json!({ "prompt": "FAILME" })).await;
    for (arn, last) in [(&good, "Completed"), (&bad, "Failed")] {
        let first = get(&emulator, arn).await.json();
        assert_eq!((&first["status"], first.get("endTime")), (&json!("InProgress"), None));
        assert_eq!(first["modelArn"], "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-reel-v1:0");
        let second = get(&emulator, arn).await.json();
        assert_eq!(second["status"], last);
        assert!(second["endTime"].as_str().unwrap().ends_with('Z'));
        assert_eq!(second.get("failureMessage").is_some(), last == "Failed");
        assert_eq!(second["outputDataConfig"], request(json!({}))["outputDataConfig"]);
    }
    assert_eq!(get(&emulator, "arn:unknown").await.error().1, "ValidationException");
}

#[tokio::test]
async fn a_token_makes_a_repetition_harmless_and_a_change_a_conflict() {
    let emulator = Emulator::start().await.unwrap();
    let body = with(request(json!({})), "clientRequestToken", json!("token-1"));
    let first = start(&emulator, &body).await.json();
    assert_eq!(start(&emulator, &body).await.json(), first);
    let changed = with(body, "modelInput", json!({ "a": 1 }));
    let answer = start(&emulator, &changed).await;
    assert_eq!((answer.error().0, answer.error().1), (400, "ConflictException"));
    assert_eq!(arns(&list(&emulator, "").await).len(), 1);
}

#[tokio::test]
async fn the_list_is_filtered_sorted_and_paged() {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    // A whole second, as precise as any way to write it.
    let start = SystemTime::UNIX_EPOCH
        + Duration::from_secs(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs());
    let now = move || start + Duration::from_secs(clock.load(Ordering::Relaxed));
    let emulator = Emulator::builder().with_clock(now).start().await.unwrap();
    let mut all = Vec::new();
    for index in 0..3 {
        seconds.store(index * 10, Ordering::Relaxed);
        all.push(arn(&emulator, json!({ "index": index })).await);
    }
    get(&emulator, &all[1]).await;
    let newest_first: Vec<&str> = all.iter().rev().map(String::as_str).collect();
    assert_eq!(arns(&list(&emulator, "").await), newest_first);
    assert_eq!(arns(&list(&emulator, "sortOrder=Ascending&sortBy=SubmissionTime").await), all);
    assert_eq!(arns(&list(&emulator, "statusEquals=Completed").await), [all[1].as_str()]);
    let page = list(&emulator, "maxResults=2").await;
    assert_eq!(arns(&page), newest_first[..2]);
    let token = page["nextToken"].as_str().unwrap();
    let rest = list(&emulator, &format!("maxResults=2&nextToken={token}")).await;
    assert_eq!((arns(&rest), rest.get("nextToken")), (newest_first[2..].to_vec(), None));
    let whole = list(&emulator, "sortOrder=Ascending").await;
    let middle = whole["asyncInvokeSummaries"][1]["submitTime"].as_str().unwrap().replace(':', "%3A");
    assert_eq!(arns(&list(&emulator, &format!("submitTimeAfter={middle}")).await), newest_first[..1]);
    assert_eq!(arns(&list(&emulator, &format!("submitTimeBefore={middle}")).await), newest_first[2..]);
}

#[tokio::test]
async fn wrong_requests_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    for (body, expected) in [
        (json!({}), "Value null at 'modelId'"),
        (with(request(json!({})), "clientRequestToken", json!("a b")), "'clientRequestToken' failed"),
        (
            with(request(json!({})), "outputDataConfig", json!({})),
            "exactly one of the members [s3OutputDataConfig]",
        ),
        (with(request(json!({})), "tags", json!([{ "key": "a" }])), "'tags.1.member.value'"),
    ] {
        let (status, _, message) = start(&emulator, &body).await.error();
        assert!(status == 400 && message.contains(expected), "{message}");
    }
    for (query, expected) in [
        ("statusEquals=Done", "'statusEquals' failed"),
        ("maxResults=0", "greater than or equal to 1"),
        ("maxResults=many", "Member must be an integer"),
        ("submitTimeAfter=yesterday", "'submitTimeAfter' failed"),
        ("nextToken=made-up", "nextToken is invalid"),
    ] {
        let answer = call_path(&emulator, &format!("/async-invoke?{query}"), None).await;
        let (status, _, message) = answer.error();
        assert!(status == 400 && message.contains(expected), "{message}");
    }
}
