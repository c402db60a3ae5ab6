//! The rules of a conversation: who speaks when, and no blank texts.

use super::Checked;
use crate::respond::request::{ContentBlock, ConverseRequest, Message, Role};

pub(super) fn check(request: &ConverseRequest) -> Checked {
    check_order(&request.messages)?;
    for (index, message) in request.messages.iter().enumerate() {
        check_content(index, message)?;
    }
    let blank = request.system.iter().position(|block| block.text.as_deref().is_some_and(is_blank));
    match blank {
        Some(index) => Err(format!(
            "The text field in the SystemContentBlock object at system.{index} is blank. Add text to the \
             text field, and try again."
        )),
        None => Ok(()),
    }
}

/// User first, then in turn. System messages stand outside the turns.
fn check_order(messages: &[Message]) -> Checked {
    let mut turns = messages.iter().map(|message| message.role).filter(|role| *role != Role::System);
    let Some(first) = turns.next() else { return Ok(()) };
    if first != Role::User {
        return Err(
            "A conversation must start with a user message. Try again with a conversation that starts \
                    with a user message."
                .to_owned(),
        );
    }
    let mut previous = first;
    for role in turns {
        if role == previous {
            return Err(
                "A conversation must alternate between user and assistant roles. Make sure the conversation \
                        alternates between user and assistant roles and try again."
                    .to_owned(),
            );
        }
        previous = role;
    }
    Ok(())
}

fn check_content(index: usize, message: &Message) -> Checked {
    if message.content.is_empty() {
        return Err(format!(
            "The content field in the Message object at messages.{index} is empty. Add a ContentBlock object \
             to the content field and try again."
        ));
    }
    // A turn with reasoning is replayed as the model wrote it, blank texts included, or its signature breaks.
    let may_be_blank = message.role == Role::Assistant
        && message.content.iter().any(|block| block.reasoning_content.is_some());
    for (position, block) in message.content.iter().enumerate() {
        let place = format!("messages.{index}.content.{position}");
        if !may_be_blank && block.text.as_deref().is_some_and(is_blank) {
            return Err(format!(
                "The text field in the ContentBlock object at {place} is blank. Add text to the text field, \
                 and try again."
            ));
        }
        check_role(message.role, block, &place)?;
    }
    Ok(())
}

/// Which roles may carry which blocks.
fn check_role(role: Role, block: &ContentBlock, place: &str) -> Checked {
    let restricted = [
        ("image", block.image.is_some(), Role::User),
        ("document", block.document.is_some(), Role::User),
        ("video", block.video.is_some(), Role::User),
        ("audio", block.audio.is_some(), Role::User),
        ("toolResult", block.tool_result.is_some(), Role::User),
        ("searchResult", block.search_result.is_some(), Role::User),
        ("citationsContent", block.citations_content.is_some(), Role::Assistant),
        ("toolUse", block.tool_use.is_some(), Role::Assistant),
        ("reasoningContent", block.reasoning_content.is_some(), Role::Assistant),
        ("toolAddition", block.tool_addition.is_some(), Role::System),
        ("toolRemoval", block.tool_removal.is_some(), Role::System),
    ];
    let misplaced = restricted.iter().find(|(_, is_present, allowed)| *is_present && *allowed != role);
    match misplaced {
        Some((kind, _, allowed)) => Err(format!(
            "The ContentBlock object at {place} is invalid: {kind} can only be provided in {} messages.",
            allowed.name()
        )),
        None => Ok(()),
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}
