//! Conversations that the emulator must be able to hold.

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, Message, StopReason, Tool, ToolInputSchema, ToolResultBlock,
    ToolResultContentBlock, ToolResultStatus, ToolSpecification, ToolUseBlock,
};
use serde_json::json;

use crate::answer::{self, Answer, Question};
use crate::{Outcome, document, expect};

pub(crate) const MODEL: &str = "anthropic.claude-3-5-sonnet-20241022-v2:0";
pub(crate) const PROFILE: &str = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/\
                                  us.anthropic.claude-3-5-sonnet-20241022-v2:0";

/// A message of the user.
pub(crate) fn user(block: ContentBlock) -> Outcome<Message> {
    Ok(Message::builder().role(ConversationRole::User).content(block).build()?)
}

/// A text comes in pieces and makes sense.
pub(crate) async fn streamed_text(client: &Client) -> Outcome {
    let prompt = "Name the colours of the rainbow, größer bitte 🌈.";
    let answer = answer::streamed(client, without_tools(MODEL, prompt)?).await?;
    expect(answer.text().contains(prompt), || format!("the answer is {:?}", answer.text()))?;
    expect(answer.pieces > 1, || "the text came in one piece".to_owned())?;
    ended(&answer, &StopReason::EndTurn)
}

/// The model is found by this id, with either operation.
pub(crate) async fn greeting(client: &Client, model: &str) -> Outcome {
    let streamed = answer::streamed(client, without_tools(model, "Hello")?).await?;
    let whole = answer::whole(client, without_tools(model, "Hello")?).await?;
    for answer in [streamed, whole] {
        expect(answer.text().contains("Hello"), || format!("the answer is {:?}", answer.text()))?;
        ended(&answer, &StopReason::EndTurn)?;
    }
    Ok(())
}

/// Asks for 15 * 24, does the calculation that the model asks for, and gives it the result.
pub(crate) async fn with_tool_call(
    client: &Client,
    ask: impl AsyncFn(&Client, Question<'_>) -> Outcome<Answer>,
) -> Outcome {
    let mut messages = vec![user(ContentBlock::Text("What is 15 * 24?".to_owned()))?];
    let question = Question { model: MODEL, messages: messages.clone(), tools: vec![calculator()?] };
    let answer = ask(client, question).await?;
    ended(&answer, &StopReason::ToolUse)?;
    let calls = answer.tool_calls();
    let [call] = calls.as_slice() else { return Err(format!("the calls are {calls:?}").into()) };
    let result = result_of(call)?;

    messages.push(answer.message.clone());
    messages.push(user(ContentBlock::ToolResult(result))?);
    let question = Question { model: MODEL, messages, tools: vec![calculator()?] };
    let answer = ask(client, question).await?;
    expect(answer.text().contains("360"), || format!("the answer is {:?}", answer.text()))?;
    ended(&answer, &StopReason::EndTurn)
}

fn without_tools<'a>(model: &'a str, text: &str) -> Outcome<Question<'a>> {
    let messages = vec![user(ContentBlock::Text(text.to_owned()))?];
    Ok(Question { model, messages, tools: Vec::new() })
}

fn ended(answer: &Answer, reason: &StopReason) -> Outcome {
    let seen = &answer.stop_reason;
    expect(seen == reason, || format!("the stop reason is {seen} and not {reason}"))
}

fn calculator() -> Outcome<Tool> {
    let schema = json!({
        "type": "object",
        "properties": { "expression": { "type": "string" } },
        "required": ["expression"],
    });
    let tool = ToolSpecification::builder()
        .name("calculator")
        .description("Calculates the value of an arithmetic expression.")
        .input_schema(ToolInputSchema::Json(document::from_json(schema)))
        .build()?;
    Ok(Tool::ToolSpec(tool))
}

fn result_of(call: &ToolUseBlock) -> Outcome<ToolResultBlock> {
    let product = product_of(call).ok_or_else(|| format!("the call is {call:?}"))?;
    expect(product == 360, || format!("the product is {product}"))?;
    let result = ToolResultBlock::builder()
        .tool_use_id(call.tool_use_id())
        .content(ToolResultContentBlock::Text(product.to_string()))
        .status(ToolResultStatus::Success)
        .build()?;
    Ok(result)
}

fn product_of(call: &ToolUseBlock) -> Option<u32> {
    let expression = call.input().as_object()?.get("expression")?.as_string()?;
    let (left, right) = expression.split_once(" * ")?;
    left.parse::<u32>().ok()?.checked_mul(right.parse().ok()?)
}
