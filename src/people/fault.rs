//! Why an account is not made or changed, said in both languages.
//!
//! In: what was found. Out: a sentence that says what is allowed, and which field of a form it is about. Pure. Next:
//! `account`, which finds it.

use super::Role;
use super::password::{LONGEST_BYTES, SHORTEST};
use crate::language::Language;

/// Why an account is not made or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each says itself in `say`")]
pub enum AccountFault {
    BadLogin(String),
    BadName,
    NoRole,
    UnknownRole(String),
    Taken(String),
    Unknown(String, Option<String>),
    LastTechnician(String),
    NoTechnician,
    NotTheFirst,
    ShortPassword,
    LongPassword,
    CommonPassword,
    PasswordIsLogin,
    PasswordsDiffer,
    WrongPassword,
    NothingToChange,
}

impl AccountFault {
    /// The field of a form, or the option of a command, that it is about.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self {
            Self::BadLogin(_) | Self::Taken(_) | Self::Unknown(..) | Self::NotTheFirst => "login",
            Self::BadName | Self::NothingToChange => "name",
            Self::NoRole | Self::UnknownRole(_) | Self::LastTechnician(_) | Self::NoTechnician => "role",
            Self::ShortPassword | Self::LongPassword | Self::CommonPassword | Self::PasswordIsLogin => "password",
            Self::PasswordsDiffer => "again",
            Self::WrongPassword => "old",
        }
    }

    /// A sentence for people.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        language.pick(Self::vi as fn(&Self) -> String, Self::en)(self)
    }

    fn vi(&self) -> String {
        match self {
            Self::BadLogin(found) => format!(
                "tên đăng nhập `{found}` không dùng được: chỉ gồm 2 đến 32 chữ thường không dấu, chữ số, dấu chấm, gạch \
                 ngang hoặc gạch dưới, bắt đầu bằng chữ"
            ),
            Self::BadName => "họ tên phải có từ 1 đến 80 ký tự".to_owned(),
            Self::NoRole => format!("hãy chọn ít nhất một vai trò: {}", roles(Language::Vi)),
            Self::UnknownRole(found) => format!("không có vai trò `{found}`; các vai trò: {}", role_words()),
            Self::Taken(login) => format!("đã có tài khoản `{login}`; hãy chọn tên đăng nhập khác"),
            Self::Unknown(login, near) => {
                format!("không có tài khoản `{login}`{}", did_you_mean(near.as_deref(), "ý bạn là"))
            }
            Self::LastTechnician(login) => format!(
                "`{login}` là kỹ thuật viên duy nhất; hãy giao vai trò kỹ thuật viên cho một tài khoản khác trước, nếu không \
                 sẽ không còn ai quản lý được tài khoản"
            ),
            Self::NoTechnician => {
                "tài khoản đầu tiên phải có vai trò kỹ thuật viên, vì chưa có ai khác quản lý tài khoản".to_owned()
            }
            Self::NotTheFirst => "đã có tài khoản; hãy đăng nhập".to_owned(),
            Self::ShortPassword => format!("mật khẩu phải có ít nhất {SHORTEST} ký tự; vài từ ghép lại là dễ nhớ nhất"),
            Self::LongPassword => format!("mật khẩu dài quá {LONGEST_BYTES} byte"),
            Self::CommonPassword => "mật khẩu này ai cũng đoán được; hãy chọn mật khẩu khác".to_owned(),
            Self::PasswordIsLogin => "mật khẩu không được giống tên đăng nhập".to_owned(),
            Self::PasswordsDiffer => "hai lần nhập mật khẩu không giống nhau".to_owned(),
            Self::WrongPassword => "mật khẩu đang dùng không đúng".to_owned(),
            Self::NothingToChange => "chưa có gì để thay đổi".to_owned(),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::BadLogin(found) => {
                format!("the login `{found}` cannot be used: 2 to 32 of `a-z`, `0-9`, `.`, `-`, `_`, a letter first")
            }
            Self::BadName => "a name has 1 to 80 characters".to_owned(),
            Self::NoRole => format!("choose at least one role: {}", role_words()),
            Self::UnknownRole(found) => format!("there is no role `{found}`; roles are {}", role_words()),
            Self::Taken(login) => format!("there is an account `{login}` already; choose another login"),
            Self::Unknown(login, near) => {
                format!("there is no account `{login}`{}", did_you_mean(near.as_deref(), "did you mean"))
            }
            Self::LastTechnician(login) => format!(
                "`{login}` is the only technician; give another account the role `technician` first, or nobody could keep \
                 the accounts"
            ),
            Self::NoTechnician => {
                "the first account needs the role `technician`, since nobody else keeps the accounts yet".to_owned()
            }
            Self::NotTheFirst => "there is an account already; sign in".to_owned(),
            Self::ShortPassword => {
                format!("a password has at least {SHORTEST} characters; a few words in a row are easy to remember")
            }
            Self::LongPassword => format!("the password is longer than {LONGEST_BYTES} bytes"),
            Self::CommonPassword => "this password is among the first that are guessed; choose another".to_owned(),
            Self::PasswordIsLogin => "the password must not be the login".to_owned(),
            Self::PasswordsDiffer => "the two passwords are not the same".to_owned(),
            Self::WrongPassword => "the present password is not right".to_owned(),
            Self::NothingToChange => "nothing to change: name at least one of name, roles and password".to_owned(),
        }
    }
}

fn did_you_mean(near: Option<&str>, words: &str) -> String {
    near.map_or_else(String::new, |near| format!("; {words} `{near}`?"))
}

fn roles(language: Language) -> String {
    Role::ALL.map(|role| role.say(language)).join(", ")
}

fn role_words() -> String {
    Role::ALL.map(|role| format!("`{}`", role.as_str())).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_says_what_is_allowed() {
        let said = AccountFault::UnknownRole("admin".into());
        assert_eq!(
            said.say(Language::En),
            "there is no role `admin`; roles are `operator`, `approver`, `reporter`, `technician`"
        );
        let near = AccountFault::Unknown("lam".into(), Some("lan".into()));
        assert_eq!(near.say(Language::Vi), "không có tài khoản `lam`; ý bạn là `lan`?");
    }
}
