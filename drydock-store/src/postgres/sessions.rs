//! `[io]` Connections to the database: made, set up, lent for one question at a time, and thrown away when in doubt.
//!
//! Every question is bounded by the store's patience, by the database and once more from here, so a database that hangs,
//! is cut off or has no connection left ends in an error.

use super::{PostgresOptions, address, address::Address, failure::Failure};
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, RecyclingMethod, Runtime, Timeouts,
};
use drydock_core::state::StateError;
use std::{fmt, time::Duration};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Config, NoTls, Row, types::ToSql};

/// How much longer than the database itself we wait for it, so that its own words arrive.
const GRACE: Duration = Duration::from_secs(1);

/// A connection that was not used for this long is asked for a sign of life first.
const STALE: Duration = Duration::from_secs(1);

/// How often a transaction that met another one is tried.
const TRIES: u32 = 6;

pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// The store's connections.
pub(super) struct Sessions {
    pool: Pool,
    config: Config,
    pub(super) address: Address,
    pub(super) options: PostgresOptions,
}

// What the pool and the configuration would tell of themselves is not ours to decide.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions")
            .field("address", &self.address)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Sessions {
    /// Connects nothing yet.
    pub(super) fn new(url: &str, options: PostgresOptions) -> Result<Self, StateError> {
        options.check()?;
        let patience = options.patience;
        let (config, address) = address::read(url, patience)?;
        let recycling_method = RecyclingMethod::Fast;
        let manager =
            Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method });
        let set_up = set_up(&options);
        let pool = Pool::builder(manager)
            .max_size(options.connections)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts {
                wait: Some(patience),
                create: Some(patience),
                recycle: Some(patience),
            })
            .queue_mode(deadpool_postgres::QueueMode::Lifo)
            .post_create(Hook::async_fn(
                move |client: &mut deadpool_postgres::ClientWrapper, _| {
                    let set_up = set_up.clone();
                    Box::pin(async move {
                        let done = client.batch_execute(&set_up).await;
                        done.map_err(HookError::Backend)
                    })
                },
            ))
            .pre_recycle(Hook::async_fn(
                move |client: &mut deadpool_postgres::ClientWrapper, metrics| {
                    Box::pin(async move {
                        if metrics.last_used() < STALE {
                            return Ok(());
                        }
                        let sign = timeout(patience.min(STALE), client.batch_execute("")).await;
                        let silent = |_| HookError::message("it gave no sign of life");
                        sign.map_err(silent)?.map_err(HookError::Backend)
                    })
                },
            ))
            .build()
            .map_err(|error| StateError::Unavailable(error.to_string()))?;
        Ok(Self {
            pool,
            config,
            address,
            options,
        })
    }

    /// How to connect beside the pool.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// Every call of the store ends within this, whatever the database does.
    pub(super) fn limit(&self) -> Duration {
        self.options.patience + GRACE
    }

    /// Asks something that can be asked again without harm.
    pub(super) async fn ask(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StateError> {
        let twice = async {
            match self.ask_once(sql, parameters).await {
                // A database that was restarted leaves connections behind of which nobody knew.
                Err(Failure::Broken(_)) => self.ask_once(sql, parameters).await,
                other => other,
            }
        };
        self.bounded(twice).await.map_err(|f| f.told(&self.address))
    }

    /// Asks something whose failure has to be looked at.
    pub(super) async fn ask_once(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, Failure> {
        let mut pause = Duration::from_millis(2);
        for _ in 1..TRIES {
            match self.try_asking(sql, parameters).await {
                Err(failure) if failure.is_collision() => sleep(pause).await,
                done => return done,
            }
            pause *= 3;
        }
        self.try_asking(sql, parameters).await
    }

    async fn try_asking(&self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Failure> {
        let mut session = self.lend().await?;
        let asked = async {
            let client = session.client()?;
            let statement = client.prepare_cached(sql).await;
            let statement = statement.map_err(|error| Failure::of_asking(&error))?;
            let rows = client.query(&statement, parameters).await;
            rows.map_err(|error| Failure::of_asking(&error))
        };
        let answer = self.bounded(asked).await;
        if !matches!(answer, Err(Failure::Broken(_))) {
            session.is_idle = true;
        }
        answer
    }

    /// A connection of the caller's own for a while.
    pub(super) async fn lend(&self) -> Result<Session, Failure> {
        let (options, failed) = (&self.options, Failure::of_connecting);
        let got = timeout(self.limit(), self.pool.get()).await;
        let late = |_| Failure::Unreached(format!("no connection within {:?}", self.limit()));
        let object = got
            .map_err(late)?
            .map_err(|e| failed(e, options.connections, options.patience))?;
        Ok(Session {
            object: Some(object),
            is_idle: false,
        })
    }

    async fn bounded<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let limit = self.limit();
        let late = |_| Failure::Broken(format!("no answer within {limit:?}"));
        timeout(limit, work).await.map_err(late)?
    }
}

/// A connection that goes back to the pool only when nothing is under way on it: the next one to be lent it would wait
/// for an answer that nobody reads.
pub(super) struct Session {
    object: Option<Object>,
    pub(super) is_idle: bool,
}

impl Session {
    pub(super) fn client(&mut self) -> Result<&mut Object, Failure> {
        let gone = || Failure::Unreached("the connection was given back".into());
        self.object.as_mut().ok_or_else(gone)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_idle {
            drop(self.object.take().map(Object::take));
        }
    }
}

/// What every connection is told first. A commit that is answered must be on the disk, whatever the database is set to.
fn set_up(options: &PostgresOptions) -> String {
    let patience = options.patience.as_millis();
    format!(
        "SELECT set_config('search_path', '\"{}\"', false), \
         set_config('statement_timeout', '{patience}', false), \
         set_config('idle_in_transaction_session_timeout', '{patience}', false), \
         set_config('default_transaction_isolation', 'read committed', false), \
         set_config('synchronous_commit', CASE current_setting('synchronous_commit') \
             WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)",
        options.schema
    )
}
