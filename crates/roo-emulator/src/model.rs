//! What the id of a model tells: the resource it names, the family, and what that family refuses.

/// Prefixes of inference profiles that spread over several regions.
const GEOGRAPHIES: &[&str] = &["us", "us-gov", "eu", "apac", "ap", "jp", "au", "ca", "sa", "me", "global"];

/// A model id, profile id or ARN, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Model<'a> {
    /// As in the path of the request.
    id: &'a str,
    /// The foundation model without geography, such as `anthropic.claude-opus-4-7`; whatever the resource is
    /// called if it does not tell its model.
    name: &'a str,
    resource: Resource,
}

/// The kinds of resource that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Resource {
    FoundationModel,
    InferenceProfile,
    Prompt,
    PromptRouter,
    /// Provisioned, custom and imported models, and endpoints.
    Other,
}

/// Who made a model, as far as it matters for the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Claude,
    Nova,
    OpenAi,
    Grok,
    /// A maker whose models have no prompt caching on Bedrock.
    Other,
    /// The id does not tell.
    Unknown,
}

/// A version of Claude: the tier, and its two numbers, which are in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ClaudeVersion<'a> {
    tier: &'a str,
    number: (u32, u32),
}

impl<'a> Model<'a> {
    pub(crate) fn new(id: &'a str) -> Self {
        let (kind, name) = match id.strip_prefix("arn:") {
            // arn:partition:service:region:account:kind/name
            Some(arn) => arn.splitn(5, ':').nth(4).and_then(|rest| rest.split_once('/')).unwrap_or(("", id)),
            None => ("foundation-model", id),
        };
        let (geography, name) = match name.split_once('.') {
            Some((prefix, rest)) if GEOGRAPHIES.contains(&prefix) => (Some(prefix), rest),
            _ => (None, name),
        };
        let resource = match kind {
            "foundation-model" if geography.is_none() => Resource::FoundationModel,
            "foundation-model" | "inference-profile" | "application-inference-profile" => {
                Resource::InferenceProfile
            }
            "prompt" => Resource::Prompt,
            "prompt-router" | "default-prompt-router" => Resource::PromptRouter,
            _ => Resource::Other,
        };
        Self { id, name, resource }
    }

    pub(crate) fn id(&self) -> &'a str {
        self.id
    }

    /// Without ARN and geography.
    pub(crate) fn name(&self) -> &'a str {
        self.name
    }

    /// Whether it is a foundation model asked for directly.
    pub(crate) fn is_on_demand(&self) -> bool {
        self.resource == Resource::FoundationModel
    }

    pub(crate) fn is_prompt(&self) -> bool {
        self.resource == Resource::Prompt
    }

    pub(crate) fn is_prompt_router(&self) -> bool {
        self.resource == Resource::PromptRouter
    }

    pub(crate) fn family(&self) -> Family {
        let Some((maker, model)) = self.name.split_once('.') else { return Family::Unknown };
        match maker {
            "anthropic" => Family::Claude,
            "amazon" if model.starts_with("nova") => Family::Nova,
            "openai" => Family::OpenAi,
            "xai" => Family::Grok,
            "ai21" | "amazon" | "cohere" | "deepseek" | "google" | "meta" | "minimax" | "mistral"
            | "moonshot" | "moonshotai" | "nvidia" | "qwen" | "stability" | "writer" | "zai" => Family::Other,
            _ => Family::Unknown,
        }
    }

    pub(crate) fn is_claude(&self) -> bool {
        self.family() == Family::Claude
    }

    /// Claude from 4.7 on has no temperature and its like.
    pub(crate) fn refuses_sampling(&self) -> bool {
        self.claude_from((4, 7))
    }

    /// Claude 4.5 and 4.6 take a temperature or `topP`, not both.
    pub(crate) fn samples_in_one_way(&self) -> bool {
        self.claude_from((4, 5)) && !self.claude_from((4, 7))
    }

    /// Claude from 4.6 on does not continue its own last turn.
    pub(crate) fn refuses_prefill(&self) -> bool {
        self.claude_from((4, 6))
    }

    pub(crate) fn refuses_strict(&self) -> bool {
        let is_sonnet_4 = self.claude_version() == Some(ClaudeVersion { tier: "sonnet", number: (4, 0) });
        is_sonnet_4 || self.claude_from((4, 7))
    }

    /// Claude from 4.7 on has no structured output of its own on Bedrock.
    pub(crate) fn refuses_output_format(&self) -> bool {
        self.claude_from((4, 7))
    }

    /// Whether reasoning is left blank unless its display is asked for.
    pub(crate) fn hides_reasoning(&self) -> bool {
        self.claude_from((4, 7))
    }

    pub(crate) fn refuses_stop_sequences(&self) -> bool {
        match self.family() {
            Family::Grok => true,
            Family::OpenAi => {
                let version = self.name.strip_prefix("openai.gpt-").unwrap_or_default();
                let mut numbers = version.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
                numbers.next().is_some_and(|major| (major, numbers.next().unwrap_or(0)) >= (5, 6))
            }
            _ => false,
        }
    }

    pub(crate) fn refuses_cache_points(&self) -> bool {
        matches!(self.family(), Family::OpenAi | Family::Grok | Family::Other)
    }

    fn claude_from(&self, number: (u32, u32)) -> bool {
        self.claude_version().is_some_and(|version| version.number >= number)
    }

    /// Reads `claude-opus-4-7-20260115-v1:0`, `claude-sonnet-5` and `claude-3-5-sonnet-20241022-v2:0`.
    fn claude_version(&self) -> Option<ClaudeVersion<'a>> {
        let mut tier = None;
        let mut numbers = Vec::new();
        for part in self.name.strip_prefix("anthropic.claude-")?.split(['-', ':']) {
            match part.parse::<u32>() {
                // A date.
                Ok(number) if number > 99 => break,
                Ok(number) => numbers.push(number),
                Err(_) if tier.is_none() && !part.starts_with('v') => tier = Some(part),
                Err(_) => break,
            }
        }
        let number = (*numbers.first()?, numbers.get(1).copied().unwrap_or(0));
        Some(ClaudeVersion { tier: tier?, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_told_apart() {
        let cases = [
            ("anthropic.claude-v2", Resource::FoundationModel, "anthropic.claude-v2"),
            ("us.anthropic.claude-v2", Resource::InferenceProfile, "anthropic.claude-v2"),
            (
                "arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-8b-v1:0",
                Resource::FoundationModel,
                "meta.llama3-8b-v1:0",
            ),
            (
                "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.amazon.nova-lite-v1:0",
                Resource::InferenceProfile,
                "amazon.nova-lite-v1:0",
            ),
            ("arn:aws:bedrock:us-east-1:123456789012:prompt/ABCDEFGHIJ:1", Resource::Prompt, "ABCDEFGHIJ:1"),
            (
                "arn:aws:bedrock:us-east-1:123456789012:default-prompt-router/anthropic.claude:1",
                Resource::PromptRouter,
                "anthropic.claude:1",
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl",
                Resource::Other,
                "abcdefghijkl",
            ),
        ];
        for (id, resource, name) in cases {
            assert_eq!(Model::new(id), Model { id, name, resource });
        }
    }

    #[test]
    fn versions_of_claude() {
        let version = |name| Model::new(name).claude_version().map(|version| (version.tier, version.number));
        assert_eq!(version("anthropic.claude-3-5-sonnet-20241022-v2:0"), Some(("sonnet", (3, 5))));
        assert_eq!(version("us.anthropic.claude-sonnet-4-20250514-v1:0"), Some(("sonnet", (4, 0))));
        assert_eq!(version("global.anthropic.claude-opus-4-7"), Some(("opus", (4, 7))));
        assert_eq!(version("anthropic.claude-haiku-5-5-20260801-v1:0"), Some(("haiku", (5, 5))));
        assert_eq!(version("anthropic.claude-sonnet-5"), Some(("sonnet", (5, 0))));
        assert_eq!(version("anthropic.claude-v2:1"), None);
        assert_eq!(version("anthropic.claude-x"), None);
    }

    #[test]
    fn families_and_what_they_refuse() {
        let refuses_stop = |id| Model::new(id).refuses_stop_sequences();
        assert!(refuses_stop("xai.grok-4") && refuses_stop("us.openai.gpt-5.6-v1:0"));
        assert!(!refuses_stop("openai.gpt-5.5") && !refuses_stop("openai.gpt-oss-120b-1:0"));
        let refuses_cache = |id| Model::new(id).refuses_cache_points();
        assert!(refuses_cache("meta.llama3-3-70b-instruct-v1:0"));
        assert!(!refuses_cache("amazon.nova-pro-v1:0") && !refuses_cache("anthropic.claude-v2"));
        assert!(!refuses_cache("arn:aws:bedrock:us-east-1:123456789012:imported-model/abcdefghijkl"));
    }
}
