//! The rules of cache points: how many, in which order, and behind what.

use super::{Checked, MODEL_ERRORS};
use crate::model::Model;
use crate::prompt_cache::Ttl;
use crate::respond::request::{CachePointBlock, ContentBlock, ConverseRequest};

const MOST: usize = 4;

pub(super) fn check(request: &ConverseRequest, model: Model<'_>) -> Checked {
    let ttls = check_places(request, model)?;
    if ttls.len() > MOST {
        return Err(format!(
            "{MODEL_ERRORS}A maximum of {MOST} blocks with cache_control may be provided. Found {}.",
            ttls.len()
        ));
    }
    match ttls.iter().zip(ttls.iter().skip(1)).find(|((_, ttl), (_, next))| next > ttl) {
        Some((_, (place, _))) => Err(format!(
            "{MODEL_ERRORS}{place}.cache_control.ttl: a ttl='1h' cache_control block must not come after a \
             ttl='5m' cache_control block. Note that blocks are processed in the following order: `tools`, \
             `system`, `messages`."
        )),
        None => Ok(()),
    }
}

/// The places and times of all points, in the order in which a model reads the request.
fn check_places(request: &ConverseRequest, model: Model<'_>) -> Result<Vec<(String, Ttl)>, String> {
    let mut found = Vec::new();
    let mut see = |place: String, point: Option<&CachePointBlock>| {
        found.extend(point.map(|point| (place, Ttl::of(point.ttl.as_deref()))));
    };
    for (index, tool) in request.tool_config.iter().flat_map(|config| &config.tools).enumerate() {
        see(format!("tools.{index}"), tool.cache_point.as_ref());
    }
    let mut has_previous = false;
    for (index, block) in request.system.iter().enumerate() {
        check_previous(block.cache_point.is_some(), has_previous, &format!("system.{index}"), model)?;
        has_previous = block.cache_point.is_none();
        see(format!("system.{index}"), block.cache_point.as_ref());
    }
    for (index, message) in request.messages.iter().enumerate() {
        let mut previous: Option<&ContentBlock> = None;
        for (position, block) in message.content.iter().enumerate() {
            let place = format!("messages.{index}.content.{position}");
            if block.cache_point.is_some() {
                if previous.is_some_and(|previous| previous.reasoning_content.is_some()) {
                    return Err("Cache point cannot be inserted after reasoning block. Please remove the \
                                invalid cache point and try again."
                        .to_owned());
                }
                check_previous(true, previous.is_some_and(can_be_marked), &place, model)?;
            }
            previous = block.cache_point.is_none().then_some(block);
            see(place, block.cache_point.as_ref());
        }
    }
    Ok(found)
}

/// Bedrock turns a point into a mark on the block before it. Where there is none that can carry one, the point
/// itself reaches Claude, which does not know it.
fn check_previous(is_point: bool, has_previous: bool, place: &str, model: Model<'_>) -> Checked {
    if is_point && !has_previous && model.is_claude() {
        return Err(format!("{MODEL_ERRORS}{place}.type: Field required"));
    }
    Ok(())
}

/// Of documents, only those that are PDF or cited reach Claude as a block that can be marked; of the others
/// it sees the text.
fn can_be_marked(block: &ContentBlock) -> bool {
    block.document.as_ref().is_none_or(|document| document.format() == "pdf" || document.has_citations())
}
