/** What a desk says; each in both languages. */
export const WORDS = {
  loading: { uk: "Відкриваємо форму…", en: "Opening the form…" },
  unopened: { uk: "Форму не відкрито", en: "The form is not open" },
  back: { uk: "До сторінки дитини", en: "To the child's page" },
  toDay: { uk: "До дня центру", en: "To the centre's day" },
  saving: { uk: "Зберігаємо…", en: "Saving…" },
  saved: { uk: "Збережено о {time}", en: "Saved at {time}" },
  noLine: {
    uk: "Немає звʼязку з вузлом: збережеться, щойно він буде. Не закривайте сторінку.",
    en: "No line to the node: it is saved as soon as there is one. Do not close the page.",
  },
  busy: {
    uk: "Вузол зараз не може цього зберегти. Пробуємо ще; написане лишається тут.",
    en: "The node cannot keep this at the moment. It is tried again; what is typed stays here.",
  },
  notRecorded: {
    uk: "Немає звʼязку з вузлом: форму ще не записано. Завершіть її ще раз, щойно він буде.",
    en: "No line to the node: the form is not recorded yet. Finish it again when there is one.",
  },
  notNow: {
    uk: "Вузол зараз не приймає форму: її ще не записано. Завершіть її ще раз за хвилину.",
    en: "The node cannot take the form at the moment: it is not recorded yet. Finish it again in a minute.",
  },
  earnest: {
    uk: "Ви зараз у навчанні, а ця форма справжня, тому її не записано. Завершіть навчання і завершіть форму ще раз.",
    en: "You are in practice and this form is real, so it was not recorded. End practice, then finish the form again.",
  },
  signedOut: {
    uk: "Ваш вхід завершився. Увійдіть у новій вкладці; написане тут лишається.",
    en: "You were signed out. Sign in in a new tab; what is typed here stays.",
  },
  signIn: { uk: "Увійти", en: "Sign in" },
  again: { uk: "Спробувати ще раз", en: "Try again" },
  refused: {
    uk: "Вузол не зберіг цього: можливо, форму вже завершено або відкинуто. Написане лишається на екрані.",
    en: "The node did not keep this: the form may have been finished or discarded. What is typed stays on the screen.",
  },
  about: { uk: "Про цю форму", en: "About this form" },
  unkept: {
    uk: "Не все написане тут збережено на вузлі. Лишіться, доки збережеться, або вийдіть без цього.",
    en: "Not all that is typed here is kept on the node. Stay until it is, or leave without it.",
  },
  leave: { uk: "Вийти без збереження", en: "Leave without keeping it" },
  missing: {
    uk: "Файлів цієї форми, що ще не надійшли: {n}. Вони можуть надійти пізніше; форму можна заповнювати й завершити без них.",
    en: "Files of this form that have not come yet: {n}. They may come later; the form can be filled in and finished without them.",
  },
  anew: { uk: "Зберегти як нову", en: "Keep it as a new one" },
  clash: {
    uk: "Цю саму форму тим часом збережено: {name}. Нічого не перезаписано й не завершено. Виберіть, з чим працювати далі.",
    en: "{name} has saved this form meanwhile. Nothing is overwritten, and nothing finished. Choose what to go on with.",
  },
  theirs: { uk: "Відкрити збережене ({name}, {time})", en: "Open what was saved ({name}, {time})" },
  mine: { uk: "Лишити моє замість нього", en: "Keep mine in its place" },
  offered: {
    uk: "Цю форму вже почато: {name}. Збережено {time}.",
    en: "{name} has begun this form. Saved {time}.",
  },
  goOn: { uk: "Продовжити її", en: "Go on with it" },
  fresh: { uk: "Почати нову", en: "Begin a new one" },
  goesOn: {
    uk: "Це продовження перебування від {since}: ви доповнюєте ту саму подію.",
    en: "This goes on with the stay since {since}: you add to the same event.",
  },
  moved: {
    uk: "Запис змінився, відколи форму відкрито. Порівнюється з тим, що було показано тоді.",
    en: "The record has changed since this form was opened. It is compared with what was shown then.",
  },
  finishing: { uk: "Записуємо…", en: "Recording…" },
  done: { uk: "Записано", en: "Recorded" },
  nothing: {
    uk: "Нічого не змінилося: усе й було так записано.",
    en: "Nothing changed: all of it was recorded so already.",
  },
  held: {
    uk: "Форму збережено; на неї дивиться координатор. Робити нічого не треба.",
    en: "The form is kept; a coordinator looks at it. There is nothing to do.",
  },
  code: { uk: "Код дитини: {code}", en: "The child's code: {code}" },
  questions: {
    uk: "Тепер це під питанням, бо хтось сказав інакше. Нічого не втрачено:",
    en: "These are in question now, because somebody said otherwise. Nothing is lost:",
  },
  notFound: {
    uk: "Такої форми тут немає, або вона не для вас.",
    en: "There is no such form here, or it is not for you.",
  },
  unreadable: {
    uk: "Цю форму не вдалося відкрити. Скажіть координаторові, яка це форма і про кого.",
    en: "This form could not be opened. Tell a coordinator which form it is and about whom.",
  },
  offline: {
    uk: "Немає звʼязку з вузлом центру. Перевірте мережу і спробуйте ще раз.",
    en: "There is no line to the centre's node. Look at the network and try again.",
  },
  changed: {
    one: { uk: "Записано {n} відповідь.", en: "{n} answer was recorded." },
    few: { uk: "Записано {n} відповіді.", en: "{n} answers were recorded." },
    many: { uk: "Записано {n} відповідей.", en: "{n} answers were recorded." },
  },
  lastTime: { uk: "Минулого разу: {value}", en: "Last time: {value}" },
  contested: {
    uk: "Є кілька відповідей, і ніхто ще не вирішив. Ваша стане поруч.",
    en: "Several answers stand, and nobody has decided. Yours will stand beside them.",
  },
  withheld: {
    uk: "Відповідь є, але її читають лише ті, хто опікується дитиною.",
    en: "There is an answer, but only those who care for the child read it.",
  },
} as const;
