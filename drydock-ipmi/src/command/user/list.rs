//! Reading who may use a channel.

use super::{GetUserAccess, GetUserName, UserAccess, UserId};
use crate::command::{Command, Conversation, Question, Refused, Response, Turn, app::Channel};

/// Reads all users of a channel. A user that the BMC does not tell of is left out.
#[derive(Debug, Clone)]
pub struct ReadUsers {
    channel: Channel,
    user: UserId,
    most: u8,
    access: Option<UserAccess>,
    users: Vec<BmcUser>,
}

/// A user of a BMC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BmcUser {
    /// Its number.
    pub id: UserId,
    /// Its name; empty if it has none.
    pub name: String,
    /// What it may do.
    pub access: UserAccess,
}

impl ReadUsers {
    /// Those of this channel.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            user: UserId::FIRST,
            most: 1,
            access: None,
            users: Vec::new(),
        }
    }

    fn ask_access(&self) -> GetUserAccess {
        let (channel, user) = (self.channel, self.user);
        GetUserAccess { channel, user }
    }

    fn go_on(&mut self) -> Turn<Vec<BmcUser>> {
        let next = UserId::new(self.user.number().saturating_add(1));
        match next {
            Some(next) if next.number() <= self.most => {
                self.user = next;
                Turn::ask(&self.ask_access())
            }
            _ => Turn::Done(std::mem::take(&mut self.users)),
        }
    }
}

impl Conversation for ReadUsers {
    type Outcome = Vec<BmcUser>;

    fn name(&self) -> &'static str {
        "read the users"
    }

    fn begin(&mut self) -> Question {
        *self = Self::new(self.channel);
        Question::of(&self.ask_access())
    }

    fn answered(&mut self, response: &Response) -> Result<Turn<Self::Outcome>, Refused> {
        let name = GetUserName(self.user);
        if let Some(access) = self.access.take() {
            // Some BMCs refuse the name of a user that has none (0xCC).
            self.users.push(BmcUser {
                id: self.user,
                name: name.outcome(response).unwrap_or_default(),
                access,
            });
            return Ok(self.go_on());
        }
        match self.ask_access().outcome(response) {
            Ok(access) => {
                self.most = self.most.max(access.most_users);
                self.access = Some(access);
                Ok(Turn::ask(&name))
            }
            Err(refused) if self.user == UserId::FIRST => Err(refused),
            Err(_) => Ok(self.go_on()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{command::conversation::tests::drive, wire::CompletionCode};
    use proptest::prelude::*;

    #[test]
    fn users_are_read_with_names_and_access() {
        let mut read = ReadUsers::new(Channel::THIS);
        let users = drive(&mut read, 8, |request| match &*request.data {
            [1] => Response::refused(CompletionCode::INVALID_FIELD),
            [_] => Response::done(*b"admin\0\0\0\0\0\0\0\0\0\0\0"),
            [_, 3] => Response::refused(CompletionCode::OUT_OF_RANGE),
            _ => Response::done([0x04, 0x41, 0x00, 0x34]),
        });
        let users = users.unwrap();
        let told: Vec<_> = users
            .iter()
            .map(|user| (user.id.number(), &*user.name))
            .collect();
        assert_eq!(told, [(1, ""), (2, "admin"), (4, "admin")]);
    }

    proptest! {
        #[test]
        fn ends_whatever_is_answered(answers: Vec<(u8, Vec<u8>)>) {
            let mut answers = answers.into_iter().cycle();
            let _ = drive(&mut ReadUsers::new(Channel::THIS), 126, |_| {
                let (code, data) = answers.next().unwrap_or_default();
                Response { completion: CompletionCode(code & 0x80), data }
            });
        }
    }
}
