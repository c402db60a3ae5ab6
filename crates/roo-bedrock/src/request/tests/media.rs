//! B36 to B46: pictures, documents, videos, recordings, and cache points.

use roo_core::{
    AudioBlock, Blob, CachePoint, CacheStrategy, CacheTtl, ContentBlock, DocumentBlock, DocumentSource,
    ErrorKind, ImageBlock, MediaSource, MessageRequest, Origin, Reasoning, SearchResult, ToolResult, ToolUse,
    VideoBlock,
};
use serde_json::{Value, json};

use super::{
    ADDED, CHANGED, CLAUDE, CLAUDE_4_5, CLAUDE_BUDGET, DROPPED, GPT, MERGED, NOVA, RENAMED, UNKNOWN, body,
    hello, is_invalid, lower, lowers, lowers_member, refuses, tool, user,
};
use crate::options::Repair;

pub(super) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
pub(super) const PNG_BASE64: &str = "iVBORw0KGgo=";

const CONTENT: &str = "/messages/0/content";
const PLACE: &str = "/messages/0/content/0";

fn text(text: &str) -> ContentBlock {
    ContentBlock::text(text)
}

fn says(content: impl Into<roo_core::Content>) -> MessageRequest {
    MessageRequest::new().with_user(content)
}

/// The one message becomes these blocks.
#[track_caller]
fn becomes(request: &MessageRequest, content: &Value) {
    lowers(UNKNOWN, request, json!({"messages": [user(content.clone())]}), &[]);
}

fn document(text: &str) -> DocumentBlock {
    DocumentBlock::new(DocumentSource::Text { text: text.into() })
}

#[test]
fn b36_images_are_what_their_bytes_say() {
    for (bytes, format) in [
        (PNG.to_vec(), "png"),
        (b"\xff\xd8\xff\xe0".to_vec(), "jpeg"),
        (b"GIF89a".to_vec(), "gif"),
        (b"RIFF\x16\0\0\0WEBPVP8X".to_vec(), "webp"),
    ] {
        for media_type in [None, Some("image/*".to_owned()), Some(format!("image/{format}; q=1"))] {
            let source = MediaSource::Bytes { media_type, data: bytes.clone().into() };
            let data = serde_json::to_value(Blob::from(bytes.clone())).unwrap();
            let image = json!({"image": {"format": format, "source": {"bytes": data}}});
            becomes(&says(ImageBlock::new(source)), &json!([image]));
        }
    }
    let misnamed = says(ImageBlock::new(MediaSource::bytes_of_type("image/jpeg", PNG.to_vec())));
    lowers_member(
        CLAUDE,
        &misnamed,
        "/messages/0/content/0/image/format",
        &json!("png"),
        &[(CHANGED, PLACE)],
    );
    is_invalid(CLAUDE, &says(ContentBlock::image(b"BM..".to_vec())), PLACE);
    is_invalid(CLAUDE, &says(ContentBlock::image(Vec::new())), PLACE);
    refuses(
        CLAUDE,
        &says(ContentBlock::image(MediaSource::url("https://a.example"))),
        ErrorKind::Unsupported,
        PLACE,
    );
}

#[test]
fn b37_objects_in_s3() {
    let source = |media_type: &str| MediaSource::S3 {
        uri: "s3://bucket/key".into(),
        media_type: Some(media_type.into()),
        bucket_owner: Some("123456789012".into()),
    };
    let place = json!({"s3Location": {"uri": "s3://bucket/key", "bucketOwner": "123456789012"}});
    let of_document = DocumentSource::S3 {
        uri: "s3://bucket/key".into(),
        media_type: "application/pdf".into(),
        bucket_owner: None,
    };
    let request = says(vec![
        text("look"),
        ImageBlock::new(source("image/png")).into(),
        VideoBlock::new(source("video/mp4")).into(),
        AudioBlock::new(source("audio/mpeg")).into(),
        DocumentBlock::new(of_document).with_name("d").into(),
    ]);
    becomes(
        &request,
        &json!([
            {"text": "look"},
            {"image": {"format": "png", "source": place}},
            {"video": {"format": "mp4", "source": place}},
            {"audio": {"format": "mp3", "source": place}},
            {"document": {"format": "pdf", "name": "d", "source": {"s3Location": {"uri": "s3://bucket/key"}}}},
        ]),
    );
    let wrong = |uri: &str, owner: Option<&str>| {
        let bucket_owner = owner.map(str::to_owned);
        says(VideoBlock::new(MediaSource::S3 {
            uri: uri.into(),
            media_type: Some("video/mp4".into()),
            bucket_owner,
        }))
    };
    for uri in ["https://bucket/key", "s3://b/key", "s3://Bucket/key", "s3:///key", "s3://bucket-/key"] {
        is_invalid(CLAUDE, &wrong(uri, None), PLACE);
    }
    is_invalid(CLAUDE, &wrong("s3://bucket/key", Some("me")), PLACE);
    let untyped = MediaSource::S3 { uri: "s3://bucket/key".into(), media_type: None, bucket_owner: None };
    is_invalid(CLAUDE, &says(ImageBlock::new(untyped)), PLACE);
}

#[test]
fn b38_each_format_of_documents_videos_and_recordings() {
    let data = || Blob::from(vec![1, 2, 3]);
    for (media_type, format) in [
        ("application/pdf", "pdf"),
        ("text/csv", "csv"),
        ("application/msword", "doc"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        ("application/vnd.ms-excel", "xls"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("text/html", "html"),
        ("text/plain; charset=utf-8", "txt"),
        ("text/markdown", "md"),
    ] {
        let source = DocumentSource::Bytes { media_type: media_type.into(), data: data() };
        let block = json!({"document": {"format": format, "name": "d", "source": {"bytes": "AQID"}}});
        let request = says(vec![text("a"), DocumentBlock::new(source).with_name("d").into()]);
        becomes(&request, &json!([{"text": "a"}, block]));
    }
    for (media_type, format) in [
        ("video/x-matroska", "mkv"),
        ("video/quicktime", "mov"),
        ("video/mp4", "mp4"),
        ("video/webm", "webm"),
        ("video/x-flv", "flv"),
        ("video/mpeg", "mpeg"),
        ("video/mpg", "mpg"),
        ("video/x-ms-wmv", "wmv"),
        ("video/3gpp", "three_gp"),
    ] {
        let request = says(VideoBlock::new(MediaSource::bytes_of_type(media_type, data())));
        becomes(&request, &json!([{"video": {"format": format, "source": {"bytes": "AQID"}}}]));
    }
    for (media_type, format) in [
        ("audio/mpeg", "mp3"),
        ("audio/opus", "opus"),
        ("audio/wav", "wav"),
        ("audio/aac", "aac"),
        ("audio/flac", "flac"),
        ("audio/mp4", "mp4"),
        ("audio/ogg", "ogg"),
        ("audio/x-matroska", "mka"),
        ("audio/x-aac", "x-aac"),
        ("audio/m4a", "m4a"),
        ("audio/mpga", "mpga"),
        ("audio/pcm", "pcm"),
        ("audio/webm", "webm"),
    ] {
        let request = says(AudioBlock::new(MediaSource::bytes_of_type(media_type, data())));
        becomes(&request, &json!([{"audio": {"format": format, "source": {"bytes": "AQID"}}}]));
    }
    is_invalid(CLAUDE, &says(VideoBlock::new(MediaSource::bytes_of_type("video/x-msvideo", data()))), PLACE);
    let zip = DocumentSource::Bytes { media_type: "application/zip".into(), data: data() };
    is_invalid(CLAUDE, &says(DocumentBlock::new(zip)), PLACE);
}

#[test]
fn b38_documents_as_text_and_in_pieces_with_context() {
    let pieces = DocumentSource::Content { content: vec!["one".into(), "two".into()] };
    let request = says(vec![
        text("a"),
        document("x").with_name("d").with_context("of today").into(),
        DocumentBlock::new(pieces).with_name("e").into(),
        SearchResult::new("https://a.example", "A", ["one"]).into(),
    ]);
    let content = json!([
        {"text": "a"},
        {"document": {"format": "txt", "name": "d", "source": {"text": "x"}, "context": "of today"}},
        {"document": {"format": "txt", "name": "e", "source": {"content": [{"text": "one"}, {"text": "two"}]}}},
        {"searchResult": {"source": "https://a.example", "title": "A", "content": [{"text": "one"}]}},
    ]);
    becomes(&request, &content);
    is_invalid(CLAUDE, &says(document(" ")), PLACE);
}

#[test]
fn b39_names_of_documents_are_clean_and_unique_in_the_whole_request() {
    let result =
        ToolResult::new("a", [roo_core::ToolResultContent::Document(document("z").with_name("my report"))]);
    let request = says(vec![text("a"), document("x").with_name("my_report").into(), document("y").into()])
        .with_tool(tool())
        .with_assistant(ToolUse::new("a", "t", json!({})))
        .with_user(result);
    let warnings =
        [(RENAMED, "/messages/0/content/1/name"), (RENAMED, "/messages/2/content/0/content/0/name")];
    let name = "/messages/0/content/1/document/name";
    lowers_member(CLAUDE, &request, name, &json!("my report"), &warnings);
    let name = "/messages/2/content/0/toolResult/content/0/document/name";
    lowers_member(CLAUDE, &request, name, &json!("my report (2)"), &warnings);
    // Without a name it is called by what is in it.
    let lowered = body(&lower(CLAUDE, &request, Repair::Lenient).unwrap());
    let name = lowered.pointer("/messages/0/content/2/document/name").and_then(Value::as_str).unwrap();
    assert!(name.starts_with("document-") && name.len() == 17, "{name}");
}

#[test]
fn b40_a_document_has_a_text_beside_it() {
    let block = json!({"document": {"format": "txt", "name": "d", "source": {"text": "x"}}});
    let point = json!({"cachePoint": {"type": "default"}});
    let request = says(vec![ContentBlock::from(document("x").with_name("d")), CachePoint::new().into()]);
    lowers_member(CLAUDE_BUDGET, &request, CONTENT, &json!([block, {"text": "."}, point]), &[(ADDED, PLACE)]);
}

#[test]
fn b41_media_are_counted_and_weighed() {
    let images = |count: usize| says(vec![ImageBlock::new(PNG.to_vec()); count]);
    assert!(lower(CLAUDE, &images(20), Repair::Strict).is_ok());
    is_invalid(CLAUDE, &images(21), "/messages/0");
    let documents = |count: usize| {
        let blocks = (0..count).map(|place| document("x").with_name(format!("d{place}")).into());
        says(std::iter::once(text("a")).chain(blocks).collect::<Vec<ContentBlock>>())
    };
    assert!(lower(CLAUDE, &documents(5), Repair::Strict).is_ok());
    is_invalid(CLAUDE, &documents(6), "/messages/0");

    let mut heavy = PNG.to_vec();
    heavy.resize(3_750_001, 0);
    is_invalid(CLAUDE, &says(ContentBlock::image(heavy)), PLACE);
    let mut wide = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    wide.extend([0, 0, 0x1f, 0x41, 0, 0, 0, 5, 8, 2, 0, 0, 0, 0, 0, 0, 0]);
    is_invalid(CLAUDE, &says(ContentBlock::image(wide)), PLACE);
    let source =
        DocumentSource::Bytes { media_type: "application/pdf".into(), data: vec![0; 4_500_001].into() };
    is_invalid(CLAUDE, &says(vec![text("a"), DocumentBlock::new(source).into()]), "/messages/0/content/1");

    for block in [ContentBlock::image(PNG.to_vec()), document("x").into()] {
        is_invalid(CLAUDE, &hello().with_assistant(block), "/messages/1/content/0");
    }
}

#[test]
fn b42_citations_only_where_they_are_wanted() {
    let request = says(vec![text("a"), document("x").with_name("d").with_citations(true).into()]);
    let block = json!({"document": {
        "format": "txt", "name": "d", "source": {"text": "x"}, "citations": {"enabled": true}
    }});
    becomes(&request, &json!([{"text": "a"}, block]));
    let plain = says(vec![text("a"), document("x").with_name("d").with_citations(false).into()]);
    becomes(
        &plain,
        &json!([{"text": "a"}, {"document": {"format": "txt", "name": "d", "source": {"text": "x"}}}]),
    );
}

#[test]
fn b43_cache_points_stand_where_they_were_put() {
    let point = || ContentBlock::from(CachePoint::new());
    let request = says(vec![text("a"), point(), text("b")])
        .with_tool(tool())
        .with_user(point())
        .with_assistant(ToolUse::new("a", "t", json!({})))
        .with_user(vec![ToolResult::text("a", "1").into(), point()]);
    let on_wire = json!({"cachePoint": {"type": "default"}});
    let lowered = body(&lower(CLAUDE_BUDGET, &request, Repair::Lenient).unwrap());
    assert_eq!(lowered["messages"][0]["content"], json!([{"text": "a"}, on_wire, {"text": "b"}, on_wire]));
    let result = json!({"toolResult": {"toolUseId": "a", "content": [{"text": "1"}]}});
    let warnings = [(MERGED, "/messages/1")];
    lowers_member(CLAUDE_BUDGET, &request, "/messages/2/content", &json!([result, on_wire]), &warnings);
    let plan = lower(CLAUDE_BUDGET, &request, Repair::Lenient).unwrap().cache;
    let places: Vec<_> = plan.points.iter().map(|point| point.pointer.as_str()).collect();
    assert_eq!(places, ["/messages/0/content/1", "/messages/0/content/3", "/messages/2/content/1"]);
}

#[test]
fn b43_a_cache_point_needs_something_new_before_it() {
    let point = || ContentBlock::from(CachePoint::new());
    let on_wire = json!({"cachePoint": {"type": "default"}});
    let plain = json!([{"text": "a"}]);
    let first = [(DROPPED, "/messages/0/content/0")];
    lowers_member(CLAUDE_4_5, &says(vec![point(), text("a")]), CONTENT, &plain, &first);
    let twice = says(vec![text("a"), point(), point()]);
    let second = [(DROPPED, "/messages/0/content/2")];
    lowers_member(CLAUDE_4_5, &twice, CONTENT, &json!([{"text": "a"}, on_wire]), &second);
    // What stood before it may be dropped itself.
    let blank = says(vec![text(" "), point(), text("a")]);
    let both = [(DROPPED, "/messages/0/content/0"), (DROPPED, "/messages/0/content/1")];
    lowers_member(CLAUDE_4_5, &blank, CONTENT, &plain, &both);
    let system = hello().with_system(vec![point(), text("s")]);
    lowers_member(CLAUDE_4_5, &system, "/system", &json!([{"text": "s"}]), &[(DROPPED, "/system/0")]);
}

#[test]
fn b44_no_cache_point_right_after_reasoning() {
    let thought = Reasoning::new("hm").with_signature("c2ln").with_origin(Origin::new("bedrock"));
    let point = || ContentBlock::from(CachePoint::new());
    let request =
        hello().with_assistant(vec![thought.into(), point(), point(), text("a"), point()]).with_user("b");
    let content = json!([
        {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}},
        {"text": "a"},
        {"cachePoint": {"type": "default"}},
    ]);
    let warnings = [(DROPPED, "/messages/1/content/1"), (DROPPED, "/messages/1/content/2")];
    lowers_member(CLAUDE_BUDGET, &request, "/messages/1/content", &content, &warnings);
}

#[test]
fn b45_four_cache_points_and_the_last_ones_stay() {
    let point = || ContentBlock::from(CachePoint::new());
    let request = says(vec![text("a"), point(), text("b"), point(), text("c"), point()])
        .with_system(vec![text("s"), point()])
        .with_tool(tool().with_cache(CachePoint::new()));
    let on_wire = json!({"cachePoint": {"type": "default"}});
    let content = json!([{"text": "a"}, {"text": "b"}, on_wire, {"text": "c"}, on_wire]);
    lowers_member(CLAUDE_BUDGET, &request, CONTENT, &content, &[(DROPPED, "/messages/0/content/1")]);
    // And where the system prompt alone has too many.
    let system = (0..10).map(|place| if place % 2 == 0 { text("s") } else { point() });
    let many = hello().with_system(system.collect::<Vec<_>>());
    let system = json!([
        {"text": "s"}, {"text": "s"}, on_wire, {"text": "s"}, on_wire, {"text": "s"}, on_wire, {"text": "s"}, on_wire
    ]);
    lowers_member(CLAUDE_BUDGET, &many, "/system", &system, &[(DROPPED, "/system/1")]);
}

#[test]
fn b45_lifetimes_do_not_grow_along_the_prefix() {
    let long = || ContentBlock::from(CachePoint::new().with_ttl(CacheTtl::OneHour));
    let request = says(vec![text("a"), long()])
        .with_system(vec![text("s"), CachePoint::new().with_ttl(CacheTtl::FiveMinutes).into()])
        .with_tool(tool().with_cache(CachePoint::new().with_ttl(CacheTtl::OneHour)));
    let lowered = body(&lower(CLAUDE_4_5, &request, Repair::Lenient).unwrap());
    assert_eq!(lowered["toolConfig"]["tools"][1], json!({"cachePoint": {"type": "default", "ttl": "1h"}}));
    assert_eq!(lowered["system"][1], json!({"cachePoint": {"type": "default", "ttl": "5m"}}));
    let content = json!([{"text": "a"}, {"cachePoint": {"type": "default"}}]);
    lowers_member(CLAUDE_4_5, &request, CONTENT, &content, &[(CHANGED, "/messages/0/content/1")]);
}

#[test]
fn b46_models_without_cache_points_are_spared_them() {
    let point = || ContentBlock::from(CachePoint::new());
    let request = says(vec![text("a"), point()]).with_system(vec![text("s"), point()]);
    let spared = json!({"system": [{"text": "s"}], "messages": [user(json!([{"text": "a"}]))]});
    lowers(GPT, &request, spared, &[(DROPPED, "/system/1"), (DROPPED, "/messages/0/content/1")]);
    let kept = json!([{"text": "a"}, {"cachePoint": {"type": "default"}}]);
    lowers_member(UNKNOWN, &request, CONTENT, &kept, &[]);
    // And an hour is not asked of those that keep nothing so long.
    let long = says(vec![text("a"), CachePoint::new().with_ttl(CacheTtl::OneHour).into()]);
    lowers_member(NOVA, &long, CONTENT, &kept, &[(CHANGED, "/messages/0/content/1")]);
}

#[test]
fn b46_points_are_placed_by_themselves_where_they_help() {
    let request = says("a")
        .with_system("s")
        .with_tool(tool())
        .with_assistant("b")
        .with_user("c")
        .with_assistant("d")
        .with_user("e")
        .with_cache(CacheStrategy::Auto);
    let lowered = lower(CLAUDE_4_5, &request, Repair::Strict).unwrap();
    let places: Vec<_> = lowered.cache.points.iter().map(|point| point.pointer.as_str()).collect();
    assert_eq!(
        places,
        ["/toolConfig/tools/1", "/system/1", "/messages/2/content/1", "/messages/4/content/1"]
    );
    for model in [GPT, UNKNOWN] {
        assert!(lower(model, &request, Repair::Strict).unwrap().cache.points.is_empty());
    }
    // The caller's own come first.
    let own = request.with_user(CachePoint::new());
    let lowered = lower(CLAUDE_4_5, &own, Repair::Lenient).unwrap();
    assert_eq!(lowered.cache.points.len(), 4);
    assert_eq!(lowered.warnings.len(), 1, "{:?}", lowered.warnings);
    assert_eq!(lowered.warnings[0].kind, MERGED);
}
