//! What was left over from elsewhere, and ends that come before their beginnings.

/// Rule, a text that breaks it, one that does not.
pub(super) const LEFT_OVER: &[(&str, &str, &str)] = &[
    (
        "content/other-language",
        "골목의 책방은 저녁 일곱 시에 문을 닫고, 그 뒤로는 조용해집니다.\n\n그 사람은 오래된 지도를 모으는 취미가 있어서 자주 들른다고 합니다.\n\n지난주에는 새 지도 한 장을 들고 와서 모두에게 자랑을 했습니다.\n\n봄이 오면 그 지도를 따라 걸어 보기로 하고 헤어졌습니다, 우리는.\n\n다음 주에는 또 다른 골목의 이야기를 들고 찾아오겠습니다, 여러분.\n\nDie Ankündigung wird am Abend vorher von zwei Personen gelesen und danach nicht mehr verändert.",
        "골목의 책방은 저녁 일곱 시에 문을 닫고, 그 뒤로는 조용해집니다.\n\n그 사람은 오래된 지도를 모으는 취미가 있어서 자주 들른다고 합니다.\n\n지난주에는 새 지도 한 장을 들고 와서 모두에게 자랑을 했습니다.\n\n봄이 오면 그 지도를 따라 걸어 보기로 하고 헤어졌습니다, 우리는.\n\n다음 주에는 또 다른 골목의 이야기를 들고 찾아오겠습니다, 여러분.\n\n> Die Ankündigung wird am Abend vorher von zwei Personen gelesen und danach nicht mehr verändert.\n\n“The door is open and the light is on, but there is nobody to be seen.”",
    ),
    (
        "content/assistant",
        "물론입니다! 요청하신 문단을 다시 써 드리겠습니다.",
        "물론입니다! 저희도 그 점을 오래 고민했습니다.",
    ),
    (
        "content/assistant",
        "Certainly! Here is a warmer version of your paragraph.",
        "Certainly! We would do it again. The program said “As an AI language model, I have no weekend”.",
    ),
    (
        "content/impossible-date",
        "It went out on February 29, 2027.",
        "It went out on February 29, 2028, and on February 29.",
    ),
    (
        "content/impossible-date",
        "전시는 3월 5일(금)부터 3월 2일(화)까지입니다.",
        "전시는 3월 2일(화)부터 3월 5일까지, 12월 28일부터 1월 3일까지입니다.",
    ),
    (
        "content/impossible-date",
        "오후 3시부터 오후 2시까지 쉽니다.",
        "오후 9시부터 오전 8시까지, 저녁 7시부터 저녁 9시 30분까지 엽니다.",
    ),
    (
        "content/impossible-date",
        "모이는 시간은 오후 2시 70분입니다.",
        "오후 2시 90분 강의, 2시 50분입니다.",
    ),
    (
        "content/impossible-date",
        "It runs from 9:00 to 8:30 in the morning.",
        "It runs from 8:30 to 9:00 in the morning and from 10 pm to 2 am.",
    ),
    (
        "content/impossible-date",
        "Open March 5 to March 2.",
        "Open March 2 to March 5, and March 28 to April 2.",
    ),
];
