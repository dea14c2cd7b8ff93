//! Values on their way to the server, each with its type: a statement is said whole, once, and none is ever prepared
//! under a name, which a pool would show to strangers.

use tokio_postgres::types::{ToSql, Type};

/// A value and what the server takes it for.
pub(super) type TypedValue<'a> = (&'a (dyn ToSql + Sync), Type);

/// Values that say of themselves what they are.
pub(super) trait SqlValue: ToSql + Sync {
    /// Its type at the server.
    fn sql_type() -> Type;
}

/// Those that lists are made of.
pub(super) trait SqlElement: ToSql + Sync {
    /// The type of a list of them.
    fn list_type() -> Type;
}

pub(super) fn typed<T: SqlValue>(value: &T) -> TypedValue<'_> {
    (value, T::sql_type())
}

/// The values of a statement, in the order of their numbers.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::postgres::values::typed(&$value)),*]
    };
}
pub(super) use values;

macro_rules! sql_types {
    ($($rust:ty: $one:ident, $list:ident;)+) => {
        $(
            impl SqlValue for $rust {
                fn sql_type() -> Type {
                    Type::$one
                }
            }

            impl SqlElement for $rust {
                fn list_type() -> Type {
                    Type::$list
                }
            }
        )+
    };
}

sql_types! {
    bool: BOOL, BOOL_ARRAY;
    i64: INT8, INT8_ARRAY;
    String: TEXT, TEXT_ARRAY;
    &str: TEXT, TEXT_ARRAY;
    Vec<u8>: BYTEA, BYTEA_ARRAY;
    &[u8]: BYTEA, BYTEA_ARRAY;
}

impl<T: SqlValue> SqlValue for Option<T> {
    fn sql_type() -> Type {
        T::sql_type()
    }
}

impl<T: SqlElement> SqlElement for Option<T> {
    fn list_type() -> Type {
        T::list_type()
    }
}

impl<T: SqlElement> SqlValue for Vec<T> {
    fn sql_type() -> Type {
        T::list_type()
    }
}

impl<T: SqlElement> SqlValue for &[T] {
    fn sql_type() -> Type {
        T::list_type()
    }
}
