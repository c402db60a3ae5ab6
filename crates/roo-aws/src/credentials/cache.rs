//! Keeps credentials until shortly before they expire, and fetches new ones once however many callers wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;

use crate::context::AwsContext;
use crate::error::reason;

/// From here on, new credentials are fetched while the old ones still serve.
const ADVISORY: Duration = Duration::from_secs(5 * 60);
/// From here on, the old ones no longer serve: a request signed now must not arrive too late.
const MANDATORY: Duration = Duration::from_secs(10);
/// How long a fetch, successful or not, keeps the next advisory one away.
const PAUSE: Duration = Duration::from_secs(30);

/// A provider of credentials with a memory.
///
/// One caller fetches, inside its own future, and all who need the outcome wait for it and share it, be it credentials
/// or an error. If that caller is cancelled, the next in line fetches instead. No task is spawned.
#[derive(Debug)]
pub(crate) struct CredentialsCache {
    provider: Arc<dyn ProvideCredentials>,
    context: AwsContext,
    /// Held by whoever fetches.
    fetching: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    credentials: Option<Credentials>,
    /// How many fetches have ended. Who waited and sees it changed has the outcome of a fetch that it waited for.
    ended: u64,
    /// How the last fetch failed, if it did.
    failure: Option<Arc<CredentialsError>>,
    /// No advisory fetch before this time.
    pause_until: Option<SystemTime>,
}

/// What a caller does about the credentials that are there.
enum Need {
    Nothing(Credentials),
    /// New ones are due, and these still serve.
    Advisory(Credentials),
    Mandatory,
}

impl CredentialsCache {
    pub(crate) fn new(provider: Arc<dyn ProvideCredentials>, context: AwsContext) -> Self {
        Self { provider, context, fetching: tokio::sync::Mutex::default(), state: Mutex::default() }
    }

    /// Credentials that are good for a request now.
    pub(crate) async fn get(&self) -> Result<Credentials, Arc<CredentialsError>> {
        let (need, ended) = {
            let state = self.state();
            (state.need(self.context.now()), state.ended)
        };
        match need {
            Need::Nothing(credentials) => Ok(credentials),
            Need::Advisory(credentials) => {
                // Whoever comes while another fetches takes the old ones.
                let Ok(_fetching) = self.fetching.try_lock() else { return Ok(credentials) };
                let outcome = match self.outcome_since(ended) {
                    Some(outcome) => outcome,
                    None => self.fetch().await,
                };
                outcome.or_else(|error| {
                    tracing::warn!("AWS credentials could not be renewed yet: {}", reason(&error));
                    Ok(credentials)
                })
            }
            Need::Mandatory => {
                let _fetching = self.fetching.lock().await;
                match self.outcome_since(ended) {
                    Some(outcome) => outcome,
                    None => self.fetch().await,
                }
            }
        }
    }

    /// Forgets the credentials, so that the next caller fetches new ones.
    pub(crate) fn forget(&self) {
        self.state().credentials = None;
    }

    /// Fetches and remembers. Called by the holder of `fetching` alone.
    async fn fetch(&self) -> Result<Credentials, Arc<CredentialsError>> {
        let fetched = self.provider.provide_credentials().await;
        let now = self.context.now();
        let fetched = fetched.and_then(|credentials| match credentials.expiry() {
            Some(expiry) if expiry <= now => {
                Err(CredentialsError::provider_error("the credentials that the source gave have expired"))
            }
            _ => Ok(credentials),
        });
        // From here to the end nothing waits, so a cancelled caller leaves no half of this behind.
        let mut state = self.state();
        state.ended += 1;
        state.pause_until = now.checked_add(PAUSE);
        match fetched {
            Ok(credentials) => {
                state.failure = None;
                state.credentials = Some(credentials.clone());
                Ok(credentials)
            }
            Err(error) => {
                let error = Arc::new(error);
                state.failure = Some(Arc::clone(&error));
                Err(error)
            }
        }
    }

    /// How the last fetch ended, if one has since the count was `ended` and its outcome is not forgotten.
    fn outcome_since(&self, ended: u64) -> Option<Result<Credentials, Arc<CredentialsError>>> {
        let state = self.state();
        if state.ended == ended {
            return None;
        }
        state.failure.clone().map(Err).or_else(|| state.credentials.clone().map(Ok))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole, so what a panic elsewhere left is still consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn need(&self, now: SystemTime) -> Need {
        let Some(credentials) = self.credentials.clone() else { return Need::Mandatory };
        let Some(expiry) = credentials.expiry() else { return Need::Nothing(credentials) };
        let left = expiry.duration_since(now).unwrap_or_default();
        if left <= MANDATORY {
            Need::Mandatory
        } else if left <= ADVISORY && self.pause_until.is_none_or(|until| until <= now) {
            Need::Advisory(credentials)
        } else {
            Need::Nothing(credentials)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::provider::{self, future};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::context::Clock;

    /// Each load waits for a permit, then gives `results` in turn, the last one forever.
    #[derive(Debug)]
    struct Scripted {
        loads: AtomicUsize,
        gate: Semaphore,
        results: Vec<Result<Option<u64>, &'static str>>,
    }

    impl Scripted {
        async fn load(&self) -> provider::Result {
            let index = self.loads.fetch_add(1, Ordering::SeqCst);
            self.gate.acquire().await.unwrap().forget();
            let result = self.results.get(index).or(self.results.last()).unwrap();
            let expiry = (*result).map_err(CredentialsError::provider_error)?;
            Ok(Credentials::new(format!("id{index}"), "s", None, expiry.map(at), "test"))
        }
    }

    impl ProvideCredentials for Scripted {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(self.load())
        }
    }

    #[derive(Debug, Clone)]
    struct ManualClock(Arc<Mutex<SystemTime>>);

    impl Clock for ManualClock {
        fn now(&self) -> SystemTime {
            *self.0.lock().unwrap()
        }
    }

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    struct Setup {
        cache: Arc<CredentialsCache>,
        source: Arc<Scripted>,
        clock: ManualClock,
    }

    impl Setup {
        /// `results` are expiry times in seconds; the clock starts at 0.
        fn new(open: bool, results: &[Result<Option<u64>, &'static str>]) -> Self {
            let gate = Semaphore::new(if open { 10_000 } else { 0 });
            let source = Arc::new(Scripted { loads: AtomicUsize::new(0), gate, results: results.to_vec() });
            let clock = ManualClock(Arc::new(Mutex::new(at(0))));
            let context = AwsContext::isolated().with_clock(clock.clone());
            let provider: Arc<dyn ProvideCredentials> = Arc::clone(&source) as _;
            Self { cache: Arc::new(CredentialsCache::new(provider, context)), source, clock }
        }

        async fn id_at(&self, seconds: u64) -> Result<String, String> {
            *self.clock.0.lock().unwrap() = at(seconds);
            let outcome = self.cache.get().await;
            outcome.map(|credentials| credentials.access_key_id().to_owned()).map_err(|error| reason(&error))
        }

        fn loads(&self) -> usize {
            self.source.loads.load(Ordering::SeqCst)
        }

        fn callers(
            &self,
            count: usize,
        ) -> Vec<tokio::task::JoinHandle<Result<Credentials, Arc<CredentialsError>>>> {
            let spawn = |_| {
                let cache = Arc::clone(&self.cache);
                tokio::spawn(async move { cache.get().await })
            };
            (0..count).map(spawn).collect()
        }
    }

    /// Lets every task run until it waits.
    async fn settle() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_thousand_callers_make_one_load() {
        let setup = Setup::new(false, &[Ok(None)]);
        let callers = setup.callers(1000);
        settle().await;
        setup.source.gate.add_permits(10_000);
        for caller in callers {
            assert_eq!(caller.await.unwrap().unwrap().access_key_id(), "id0");
        }
        assert_eq!(setup.loads(), 1);
    }

    #[tokio::test]
    async fn those_who_wait_share_a_failure_and_those_who_come_later_try_again() {
        let setup = Setup::new(false, &[Err("no"), Ok(None)]);
        let callers = setup.callers(1000);
        settle().await;
        setup.source.gate.add_permits(10_000);
        for caller in callers {
            assert_eq!(reason(&caller.await.unwrap().unwrap_err()), "no");
        }
        assert_eq!(setup.loads(), 1);
        assert_eq!(setup.id_at(0).await.unwrap(), "id1");
    }

    #[tokio::test]
    async fn a_cancelled_caller_hands_over_to_the_next() {
        let setup = Setup::new(false, &[Ok(None)]);
        let first = setup.callers(1).remove(0);
        settle().await;
        let others = setup.callers(10);
        settle().await;
        assert_eq!(setup.loads(), 1);
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        setup.source.gate.add_permits(10_000);
        for other in others {
            assert_eq!(other.await.unwrap().unwrap().access_key_id(), "id1");
        }
        assert_eq!(setup.loads(), 2);
    }

    #[tokio::test]
    async fn credentials_without_expiry_are_kept() {
        let setup = Setup::new(true, &[Ok(None)]);
        assert_eq!(setup.id_at(0).await.unwrap(), "id0");
        assert_eq!(setup.id_at(1_000_000_000).await.unwrap(), "id0");
        setup.cache.forget();
        assert_eq!(setup.id_at(1_000_000_000).await.unwrap(), "id1");
    }

    #[tokio::test]
    async fn new_ones_are_fetched_five_minutes_ahead() {
        let setup = Setup::new(true, &[Ok(Some(3600)), Ok(Some(7200))]);
        assert_eq!(setup.id_at(0).await.unwrap(), "id0");
        assert_eq!(setup.id_at(3299).await.unwrap(), "id0");
        assert_eq!(setup.id_at(3300).await.unwrap(), "id1");
        assert_eq!(setup.id_at(3599).await.unwrap(), "id1");
        assert_eq!(setup.loads(), 2);
    }

    #[tokio::test]
    async fn while_one_fetches_ahead_the_others_use_the_old_ones() {
        let setup = Setup::new(false, &[Ok(Some(3600)), Ok(Some(7200))]);
        setup.source.gate.add_permits(1);
        assert_eq!(setup.id_at(0).await.unwrap(), "id0");
        *setup.clock.0.lock().unwrap() = at(3400);
        let fetching = setup.callers(1).remove(0);
        settle().await;
        assert_eq!(setup.id_at(3400).await.unwrap(), "id0");
        setup.source.gate.add_permits(1);
        assert_eq!(fetching.await.unwrap().unwrap().access_key_id(), "id1");
        assert_eq!(setup.id_at(3400).await.unwrap(), "id1");
    }

    #[tokio::test]
    async fn a_failure_ahead_of_time_keeps_the_old_ones_until_they_no_longer_serve() {
        let setup = Setup::new(true, &[Ok(Some(3600)), Err("no")]);
        assert_eq!(setup.id_at(0).await.unwrap(), "id0");
        assert_eq!(setup.id_at(3400).await.unwrap(), "id0");
        assert_eq!(setup.loads(), 2);
        // A source in trouble is not asked with every request.
        assert_eq!(setup.id_at(3429).await.unwrap(), "id0");
        assert_eq!(setup.loads(), 2);
        assert_eq!(setup.id_at(3430).await.unwrap(), "id0");
        assert_eq!(setup.loads(), 3);
        assert_eq!(setup.id_at(3589).await.unwrap(), "id0");
        assert_eq!(setup.id_at(3590).await.unwrap_err(), "no");
    }

    #[tokio::test]
    async fn short_lived_credentials_are_used_and_expired_ones_are_not() {
        let setup = Setup::new(true, &[Ok(Some(5)), Ok(Some(4))]);
        assert_eq!(setup.id_at(0).await.unwrap(), "id0");
        assert_eq!(setup.id_at(4).await.unwrap_err(), "the credentials that the source gave have expired");
    }
}
