/** What the screens around the forms say. */
import type { Reason } from "../outbox/items";
import type { Item } from "../outbox/items";
import type { LineState } from "../outbox/sender";
import type { Text } from "../language";
import type { Unfit } from "./fit";

const texts = <Name extends string>(all: Record<Name, Text>): Readonly<Record<Name, Text>> => all;

export const T = texts({
  forms: { uk: "Форми", en: "Forms" },
  notes: { uk: "Нотатки", en: "Notes" },
  other: { uk: "English", en: "Українська" },
  otherShort: { uk: "EN", en: "УК" },
  back: { uk: "Назад", en: "Back" },
  home: { uk: "На початок", en: "Home" },
  cancel: { uk: "Скасувати", en: "Cancel" },
  next: { uk: "Далі", en: "Next" },
  ready: { uk: "Готово", en: "Done" },
  more: { uk: "Показати ще", en: "Show more" },
  practice: {
    uk: "Навчання: усе тут несправжнє і ніде не рахується.",
    en: "Practice: nothing here is real or counted.",
  },
  opening: { uk: "Відкриваємо…", en: "Opening…" },
  copy: { uk: "Скопіювати адресу", en: "Copy the address" },
  copied: {
    uk: "Скопійовано. Відкрийте Chrome або Safari і вставте адресу.",
    en: "Copied. Open Chrome or Safari and paste the address.",
  },
  notCopied: {
    uk: "Скопіюйте адресу самі й відкрийте її в Chrome або Safari:",
    en: "Copy the address yourself and open it in Chrome or Safari:",
  },
  elsewhere: {
    uk: "Форми вже відкрито в іншому вікні. Там збережено все до останньої відповіді.",
    en: "The forms are open in another window. Everything is saved there to the last answer.",
  },
  useHere: { uk: "Працювати тут", en: "Work here" },
  leaving: {
    uk: "Координатор закрив доступ цього телефону. Передаємо запечатане і стираємо все. Не закривайте.",
    en: "A coordinator has ended this phone's access. Handing in what is sealed, then wiping. Keep this open.",
  },
  left_no_line: {
    uk: "Доступ цього телефону закрито, і прочитати на ньому вже нічого не можна. Запечатані форми чекають на звʼязок із центром. Не видаляйте їх і відкрийте цю сторінку там, де є інтернет.",
    en: "This phone's access has ended, and nothing on it can be read any more. Sealed forms wait for a line to the centre. Do not delete them; open this page where there is internet.",
  },
  left_refused: {
    uk: "Доступ цього телефону закрито, і прочитати на ньому вже нічого не можна. Запечатаних форм центр іще не прийняв. Не видаляйте їх, скажіть координаторові й відкривайте цю сторінку щодня: телефон пробує знову. Якщо їх не візьмуть за 30 таких днів, він їх зітре.",
    en: "This phone's access has ended, and nothing on it can be read any more. The centre has not taken the sealed forms yet. Do not delete them, tell your coordinator, and open this page each day: the phone tries again. If nobody takes them in 30 such days, it wipes them.",
  },
  gone: {
    uk: "З цього телефону все стерто. Щоб знову заповнювати форми, попросіть координатора про код.",
    en: "Everything is wiped from this phone. To fill in forms again, ask a coordinator for a code.",
  },
  codeTitle: { uk: "Вхід за кодом", en: "Enter with a code" },
  codeHow: {
    uk: "Попросіть код у координатора: наведіть камеру телефону на QR або впишіть десять знаків.",
    en: "Ask your coordinator for a code: point the phone's camera at the QR or type the ten characters.",
  },
  code: { uk: "Код, 10 знаків", en: "Code, 10 characters" },
  enter: { uk: "Увійти", en: "Enter" },
  entering: { uk: "Входимо…", en: "Entering…" },
  codeShort: { uk: "У коді десять знаків. Перевірте, чи вписано всі.", en: "A code has ten characters. Check that all are there." },
  unknown_code: {
    uk: "Код не діє: його вже використано або минув час. Попросіть новий.",
    en: "The code is not in force: used, or its time is over. Ask for a new one.",
  },
  too_many: { uk: "Забагато спроб. Зачекайте кілька хвилин.", en: "Too many tries. Wait a few minutes." },
  no_line: {
    uk: "Немає звʼязку з центром. Спробуйте той самий код там, де є інтернет; якщо він застаріє, попросіть новий.",
    en: "No line to the centre. Try the same code where there is internet; once it is out of date, ask for a new one.",
  },
  no_keys: {
    uk: "Центр іще не готовий приймати телефони. Скажіть про це адміністраторові.",
    en: "The centre cannot take phones yet. Tell its administrator.",
  },
  not_taken: { uk: "Центр не прийняв телефон. Скажіть координаторові.", en: "The centre did not take this phone. Tell your coordinator." },
  installTitle: { uk: "Поставте значок на екран", en: "Put an icon on your screen" },
  iconFirst: {
    uk: "Натисніть «Поділитися», далі «На початковий екран». Відкрийте форми звідти, поки є інтернет, і лише там впишіть код.",
    en: "Tap Share, then Add to Home Screen. Open the forms from there while there is internet, and enter the code only there.",
  },
  iconWhy: {
    uk: "Розпочате тут, у Safari, туди не перейде, а за тиждень без відкривання iPhone чи iPad його стирає.",
    en: "What is begun here, in Safari, does not move there, and after a week without being opened the iPhone or iPad erases it.",
  },
  iconNone: { uk: "Працювати тут, без значка", en: "Work here, without an icon" },
  installApple: {
    uk: "За тиждень без відкривання iPhone чи iPad стирає те, що лежить тут, у Safari. Коли все буде надіслано, натисніть «Поділитися», далі «На початковий екран», відкрийте форми звідти й попросіть новий код.",
    en: "After a week without being opened, the iPhone or iPad erases what lies here, in Safari. When all is sent, tap Share, then Add to Home Screen, open the forms from there and ask for a new code.",
  },
  installOther: {
    uk: "У меню браузера виберіть «Додати на головний екран». Тоді форми відкриваються і без інтернету.",
    en: "In the browser's menu choose Add to Home screen. Then the forms open without internet too.",
  },
  install: { uk: "Поставити", en: "Install" },
  notNow: { uk: "Не зараз", en: "Not now" },
  who: { uk: "Хто працює?", en: "Who is at work?" },
  newWorker: { uk: "Мене тут немає", en: "I am not listed" },
  nameTitle: { uk: "Як вас називати", en: "What to call you" },
  name: { uk: "Імʼя або прізвисько", en: "Name or nickname" },
  nameHow: {
    uk: "Його бачать на цьому телефоні й у центрі поруч із вашими формами.",
    en: "It is seen on this phone, and at the centre beside your forms.",
  },
  nameMissing: { uk: "Впишіть, як вас називати.", en: "Write what to call you." },
  phraseTitle: { uk: "Ваше гасло", en: "Your passphrase" },
  phraseWhy: {
    uk: "Запишіть ці чотири слова на папері. Без них чернеток на телефоні не прочитає ніхто.",
    en: "Write these four words on paper. Without them nobody can read the drafts on this phone.",
  },
  phraseForgotten: {
    uk: "Якщо забудете, нічого не пропаде: чернетки підуть до центру, і там їх завершать.",
    en: "If you forget them nothing is lost: the drafts go to the centre, where they are finished.",
  },
  otherWords: { uk: "Інші слова", en: "Other words" },
  ownPhrase: { uk: "Придумаю своє", en: "I make my own" },
  offeredPhrase: { uk: "Запропонуйте слова", en: "Offer me words" },
  ownHow: { uk: "Щонайменше 12 знаків. Великі й малі літери — те саме.", en: "At least 12 characters. Capitals do not matter." },
  phraseShort: { uk: "Закоротке: треба щонайменше 12 знаків.", en: "Too short: at least 12 characters are needed." },
  written: { uk: "Записано", en: "Written down" },
  repeatTitle: { uk: "Впишіть гасло", en: "Type the passphrase" },
  phrase: { uk: "Гасло", en: "Passphrase" },
  seePhrase: { uk: "Показати ще раз", en: "Show it again" },
  phraseDiffers: { uk: "Це інші слова. Порівняйте з папером.", en: "These are other words. Compare with your paper." },
  showTyped: { uk: "Показувати, що пишу", en: "Show what I type" },
  pinTitle: { uk: "Шість цифр на цю зміну", en: "Six digits for this shift" },
  pinHow: {
    uk: "Дванадцять годин телефон відмикають ці шість цифр. Потім знову гасло.",
    en: "For twelve hours these six digits unlock the phone. Then it is the passphrase again.",
  },
  pin: { uk: "Шість цифр", en: "Six digits" },
  pinEasy: { uk: "Такі цифри вгадують першими. Виберіть інші.", en: "Such digits are guessed first. Choose others." },
  pinShort: { uk: "Треба рівно шість цифр.", en: "Exactly six digits are needed." },
  noPin: { uk: "Без цифр", en: "Without digits" },
  unlock: { uk: "Відімкнути", en: "Unlock" },
  checking: { uk: "Перевіряємо…", en: "Checking…" },
  usePhrase: { uk: "Увести гасло", en: "Use the passphrase" },
  otherPerson: { uk: "Інша людина", en: "Somebody else" },
  pinOver: { uk: "Тепер потрібне гасло.", en: "Now the passphrase is needed." },
  forgot: { uk: "Не памʼятаю гасла", en: "I do not remember it" },
  forgotTitle: { uk: "Передати чернетки до центру?", en: "Hand the drafts to the centre?" },
  forgotHow: {
    uk: "Ваші чернетки підуть до центру незавершеними, там їх завершать. На телефоні їх більше не буде. Тоді ви вибираєте нове гасло.",
    en: "Your drafts go to the centre unfinished and are finished there. They leave this phone. Then you choose a new passphrase.",
  },
  handOver: { uk: "Передати", en: "Hand over" },
  keyGone: {
    uk: "Десять неправильних спроб: чернетки запечатано й передано до центру. Виберіть нове гасло.",
    en: "Ten wrong tries: the drafts are sealed for the centre. Choose a new passphrase.",
  },
  panic: { uk: "Стерти все, що можна прочитати: тримайте 3 секунди", en: "Erase what can be read: hold for 3 seconds" },
  panicHold: { uk: "Тримайте…", en: "Keep holding…" },
  panicTitle: { uk: "Стерти все, що тут можна прочитати?", en: "Erase everything that can be read here?" },
  panicHow: {
    uk: "Чернетки, імена й гасла зникнуть одразу. Запечатане лишиться й піде до центру, щойно буде звʼязок: на цьому телефоні його не прочитає ніхто.",
    en: "Drafts, names and passphrases go at once. What is sealed stays and goes to the centre when there is a line: nobody can read it on this phone.",
  },
  erase: { uk: "Стерти", en: "Erase" },
  newForm: { uk: "Нова форма", en: "New form" },
  noForms: {
    uk: "Форм іще немає. Вони прийдуть, щойно буде звʼязок із центром.",
    en: "There are no forms yet. They come as soon as there is a line to the centre.",
  },
  fetching: { uk: "Отримуємо форми: {here} з {all}", en: "Fetching forms: {here} of {all}" },
  bytes: { uk: "{done} з {all} КБ", en: "{done} of {all} kB" },
  bytesDone: { uk: "{done} КБ", en: "{done} kB" },
  fetch: { uk: "Отримати форми", en: "Fetch the forms" },
  drafts: { uk: "Чернетки", en: "Drafts" },
  draftChanged: { uk: "змінено {when}", en: "changed {when}" },
  child: { uk: "дитина {n}", en: "child {n}" },
  sealingSoon: { uk: "ось-ось запечатається", en: "about to be sealed" },
  families: { uk: "Родина", en: "Family" },
  nextChild: { uk: "Наступна дитина цієї родини", en: "Next child of this family" },
  familyIs: { uk: "Записано дітей: {n}, останню {when}", en: "Children entered: {n}, the last {when}" },
  familyDone: { uk: "Родину завершено", en: "The family is complete" },
  outbox: { uk: "Надсилання", en: "Sending" },
  allSent: { uk: "Усе надіслано.", en: "Everything is sent." },
  since: { uk: "Найдавніша: {when}.", en: "The oldest: {when}." },
  sendNow: { uk: "Надіслати зараз", en: "Send now" },
  sent: { uk: "Надіслані форми", en: "Sent forms" },
  othersTitle: { uk: "Не прийнято від інших на цьому телефоні", en: "Not received from others on this phone" },
  sentNone: { uk: "Тут зʼявляться форми, які ви завершили.", en: "Forms that you finish appear here." },
  sentKept: {
    uk: "Тут лише код, форма, час і стан. Через 30 днів рядок зникає.",
    en: "Only code, form, time and state are here. A line goes after 30 days.",
  },
  settings: { uk: "Налаштування", en: "Settings" },
  lockNow: { uk: "Замкнути", en: "Lock" },
  leaveShift: { uk: "Закінчити зміну", en: "End the shift" },
  handOn: { uk: "Передати телефон", en: "Hand the phone on" },
  language: { uk: "Мова", en: "Language" },
  neutral: { uk: "Непримітна назва", en: "Inconspicuous name" },
  neutralHow: {
    uk: "Заголовок і значок стають «Нотатками». Значок на екрані телефону зміниться, коли поставите його знову.",
    en: "Title and icon become “Notes”. The icon on the phone's screen changes when you put it there again.",
  },
  site: { uk: "Центр", en: "Centre" },
  thisPhone: { uk: "Цей телефон", en: "This phone" },
  worker: { uk: "Працює", en: "At work" },
  version: { uk: "Версія", en: "Version" },
  free: { uk: "Вільне місце", en: "Free space" },
  megabytes: { uk: "{n} МБ", en: "{n} MB" },
  lasts: { uk: "браузер обіцяв берегти дані", en: "the browser has promised to keep the data" },
  lastsNot: { uk: "браузер може стерти дані, якщо забракне місця", en: "the browser may clear the data when space runs out" },
  modePractice: { uk: "Навчання", en: "Practice" },
  modeEarnest: { uk: "Справжня форма", en: "A real form" },
  modeIs: { uk: "увімкнено в центрі", en: "switched on at the centre" },
  modeIsNot: { uk: "вимкнено", en: "off" },
  scarce: {
    uk: "На телефоні мало місця. Надішліть готове й звільніть памʼять, поки фото ще вміщаються.",
    en: "The phone is nearly full. Send what is ready and free some space while photos still fit.",
  },
  update: { uk: "Є нова версія. Чернетки й готові форми лишаться.", en: "There is a new version. Drafts and finished forms stay." },
  updateNow: { uk: "Оновити", en: "Update" },
  over: {
    uk: "Час допуску цього телефону минув. Готове надсилається й далі; по нові форми зверніться до координатора.",
    en: "This phone's admission is over. Finished forms are still sent; for new forms ask a coordinator.",
  },
  newCode: { uk: "Увести новий код", en: "Enter a new code" },
  notKnown: {
    uk: "Центр не впізнає цього телефону. Нічого не втрачено; зверніться до координатора.",
    en: "The centre does not know this phone. Nothing is lost; ask a coordinator.",
  },
  reading: { uk: "Відкриваємо чернетку…", en: "Opening the draft…" },
  noDraft: {
    uk: "Цієї чернетки тут уже немає. Якщо минуло 72 години, вона пішла до центру, і там її завершать.",
    en: "This draft is no longer here. After 72 hours it goes to the centre and is finished there.",
  },
  noForm: {
    uk: "Цієї версії форми на телефоні немає. Вона прийде, щойно буде звʼязок.",
    en: "This version of the form is not on the phone. It comes when there is a line.",
  },
  tryAgain: { uk: "Спробувати ще", en: "Try again" },
  discard: { uk: "Видалити чернетку", en: "Delete the draft" },
  discardSure: { uk: "Видалити назавжди? Її ніхто не прочитає і не завершить.", en: "Delete for good? Nobody will read or finish it." },
  finishedTitle: { uk: "Форму завершено", en: "The form is finished" },
  sealsIn: { uk: "Запечатається за {n} с. Доти можна повернутися.", en: "It is sealed in {n} s. Until then you can go back." },
  sealedNow: {
    uk: "Запечатано. На цьому телефоні її вже не прочитає ніхто. Надішлеться сама, щойно буде звʼязок.",
    en: "Sealed. Nobody can read it on this phone any more. It is sent by itself when there is a line.",
  },
  sealing: { uk: "Запечатується…", en: "Being sealed…" },
  goBack: { uk: "Повернутися до форми", en: "Back to the form" },
  sealNow: { uk: "Запечатати зараз", en: "Seal it now" },
  correct: { uk: "Виправити", en: "Correct" },
  correctTitle: { uk: "Виправлення", en: "Correction" },
  correctHow: {
    uk: "Форму вже запечатано, тож її тут не видно. Напишіть, що в ній виправити; у центрі зміни внесуть.",
    en: "The form is sealed, so it cannot be seen here. Write what to correct in it; the centre makes the change.",
  },
  question: { uk: "Питання", en: "Question" },
  chooseQuestion: { uk: "Виберіть питання", en: "Choose a question" },
  whichRow: { uk: "{name}: котрий за порядком (1, 2, …)", en: "{name}: which one in order (1, 2, …)" },
  oldValue: { uk: "Що там стоїть", en: "What stands there" },
  newValue: { uk: "Що має стояти", en: "What should stand there" },
  nothing: { uk: "нічого", en: "nothing" },
  why: { uk: "Чому", en: "Why" },
  addEntry: { uk: "Виправити ще одне", en: "Correct one more" },
  removeEntry: { uk: "Прибрати", en: "Remove" },
  entry: { uk: "Виправлення {n}", en: "Correction {n}" },
  sendCorrection: { uk: "Запечатати виправлення", en: "Seal the correction" },
  entryMissing: {
    uk: "У кожному виправленні потрібні питання (і котрий за порядком, якщо їх кілька), причина і хоча б одна зміна.",
    en: "Each correction needs a question (and which one in order, where there are several), a reason and something that changes.",
  },
  correctionTitle: { uk: "Виправлення: {form}", en: "Correction: {form}" },
  unfinished: { uk: "передано до центру незавершеною", en: "handed to the centre unfinished" },
});

export const TRIES_LEFT = {
  one: { uk: "Не те. Лишилася {n} спроба.", en: "That is not it. {n} try is left." },
  few: { uk: "Не те. Лишилися {n} спроби.", en: "That is not it. {n} tries are left." },
  many: { uk: "Не те. Лишилося {n} спроб.", en: "That is not it. {n} tries are left." },
};

export const WAITING = {
  one: { uk: "{n} форму ще не надіслано.", en: "{n} form is not sent yet." },
  few: { uk: "{n} форми ще не надіслано.", en: "{n} forms are not sent yet." },
  many: { uk: "{n} форм ще не надіслано.", en: "{n} forms are not sent yet." },
};

export const NOT_RECEIVED = {
  one: { uk: "{n} форму не прийнято. Подивіться у списку, що робити.", en: "{n} form was not received. See the list for what to do." },
  few: { uk: "{n} форми не прийнято. Подивіться у списку, що робити.", en: "{n} forms were not received. See the list for what to do." },
  many: { uk: "{n} форм не прийнято. Подивіться у списку, що робити.", en: "{n} forms were not received. See the list for what to do." },
};

export const STATE: Readonly<Record<Item["state"], Text>> = {
  draft: { uk: "чернетка", en: "draft" },
  finishing: { uk: "ось-ось запечатається", en: "about to be sealed" },
  ready: { uk: "готово, чекає на лінію", en: "ready, waiting for a line" },
  sending: { uk: "надсилається", en: "sending" },
  files: { uk: "отримано; фото ще надсилаються", en: "received; photos are still on their way" },
  received: { uk: "отримано", en: "received" },
  looked_at: { uk: "отримано, дивиться координатор (нічого робити не треба)", en: "received, a coordinator is looking (nothing to do)" },
  not_received: { uk: "не прийнято", en: "not received" },
};

/** Where the form itself was received, though not all of it. */
export const WITHOUT_FILES = { uk: "отримано без файлу", en: "received without a file" };

export const REASON: Readonly<Record<Reason, Text>> = {
  forged: {
    uk: "Відповів не ваш центр. Форму збережено; спробуйте в іншій мережі.",
    en: "It was not your centre that answered. The form is kept; try another network.",
  },
  too_large: {
    uk: "Форма завелика для центру. Вона лишається тут; скажіть координаторові.",
    en: "The form is too large for the centre. It stays here; tell your coordinator.",
  },
  refused: {
    uk: "Центр її поки не приймає. Вона лишається тут, спробуємо щогодини; скажіть координаторові.",
    en: "The centre does not take it yet. It stays here and is tried hourly; tell your coordinator.",
  },
  unknown_phone: {
    uk: "Центр не впізнає цього телефону. Форма лишається тут; зверніться до координатора.",
    en: "The centre does not know this phone. The form stays here; ask a coordinator.",
  },
  practice: {
    uk: "Справжня форма, а телефон у режимі навчання. Попросіть координатора вимкнути навчання.",
    en: "A real form, but the phone is in practice. Ask a coordinator to end practice.",
  },
  files: {
    uk: "Фото чи файл центр не прийняв: завеликий або забагато за день. Він лишається тут, спробуємо щодня; скажіть координаторові.",
    en: "The centre did not take a photo or file: too large, or too many for a day. It stays here and is tried daily; tell your coordinator.",
  },
};

export const LINE: Readonly<Record<LineState, Text>> = {
  unknown: { uk: "", en: "" },
  sending: { uk: "Надсилаємо…", en: "Sending…" },
  up: { uk: "Звʼязок із центром є.", en: "There is a line to the centre." },
  offline: {
    uk: "Зараз лінії немає, і це звично: форми чекають тут і підуть самі.",
    en: "No line right now, which is usual: forms wait here and go by themselves.",
  },
  portal: {
    uk: "Ця мережа просить увійти (сторінка Wi-Fi). Увійдіть у неї або спробуйте іншу.",
    en: "This network wants you to sign in (a Wi-Fi page). Do so, or try another one.",
  },
  busy: { uk: "Центр зайнятий. Спробуємо за кілька хвилин.", en: "The centre is busy. We will try in a few minutes." },
  not_known: { uk: "", en: "" },
};

export const UNFIT: Readonly<Record<Unfit, Text>> = {
  inside_app: {
    uk: "Сторінку відкрито всередині іншої програми, де форми не зберігаються: відкрийте її в Chrome або Safari.",
    en: "This page is open inside another app, where forms are not kept: open it in Chrome or Safari.",
  },
  not_secure: {
    uk: "Адреса незахищена, тому форми тут не заповнити: відкрийте ту, що починається з https.",
    en: "The address is not secure, so forms cannot be filled in: open the one that begins with https.",
  },
  no_storage: {
    uk: "Браузер тут нічого не зберігає (приватний режим?): відкрийте сторінку у звичайному вікні Chrome або Safari.",
    en: "The browser keeps nothing here (a private window?): open the page in a normal window of Chrome or Safari.",
  },
  no_keys: {
    uk: "Цей браузер застарий, щоб захистити дані: відкрийте сторінку в новому Chrome або Safari.",
    en: "This browser is too old to protect the data: open the page in a recent Chrome or Safari.",
  },
  no_forms: {
    uk: "Цей браузер застарий, щоб відкривати форми: оновіть його або візьміть інший телефон (Chrome від 100, Safari від 15.4).",
    en: "This browser is too old to open forms: update it or take another phone (Chrome from 100, Safari from 15.4).",
  },
  no_answer: {
    uk: "Памʼять телефону зараз не читається: закрийте форми й відкрийте знову, а якщо не допоможе, перезапустіть телефон. Не видаляйте дані сайту: у них лежить ненадіслане.",
    en: "The phone's storage cannot be read now: close the forms and open them again, or else restart the phone. Do not clear the site's data: what is not sent yet lies there.",
  },
};

/** What is said where something on the phone went wrong. */
export const WRONG = texts({
  erased: {
    uk: "Стерто: прочитати тут уже нічого не можна. Запечатане піде до центру, щойно буде звʼязок.",
    en: "Erased: nothing can be read here any more. What is sealed goes to the centre when there is a line.",
  },
  notErased: {
    uk: "Стерти не вдалося: памʼять телефону не відповідає. Спробуйте ще раз; якщо знову ні, перезапустіть телефон і спробуйте тоді.",
    en: "Nothing was erased: the phone's storage does not answer. Try again; if that fails too, restart the phone and try then.",
  },
  damaged: {
    uk: "Цю чернетку на телефоні пошкоджено, її вже не відкрити. Поруч лежить запечатана для центру: передайте її, і там форму завершать.",
    en: "This draft is damaged on the phone and cannot be opened. Beside it lies one sealed for the centre: hand that over, and the form is finished there.",
  },
  notOpened: {
    uk: "Чернетку не вдалося відкрити: памʼять телефону не відповіла. Спробуйте ще раз або передайте її до центру, і там форму завершать.",
    en: "The draft could not be opened: the phone's storage did not answer. Try again, or hand it over to the centre to be finished there.",
  },
  handIn: { uk: "Передати до центру", en: "Hand over to the centre" },
  handedIn: {
    uk: "Передано. Форма піде до центру незавершеною, щойно буде звʼязок, і там її завершать.",
    en: "Handed over. The form goes to the centre unfinished when there is a line, and is finished there.",
  },
  notHandedIn: {
    uk: "Передати не вдалося. Спробуйте ще раз; якщо знову ні, не видаляйте чернетки і скажіть координаторові.",
    en: "It could not be handed over. Try again; if that fails too, keep the draft and tell your coordinator.",
  },
  lost: {
    uk: "Фото, підпис чи файл цієї форми на телефоні пошкоджено, і відповіді там уже немає. Решта ціла. Дайте його ще раз або передайте форму до центру такою, як є.",
    en: "A photo, signature or file of this form is damaged on the phone, and that answer is gone. The rest is whole. Give it again, or hand the form over to the centre as it is.",
  },
  seen: { uk: "Зрозуміло", en: "I see" },
  full: {
    uk: "Останню відповідь не збережено: на телефоні немає місця. Звільніть памʼять; ми спробуємо ще.",
    en: "The last answer is not saved: the phone is full. Free some space; we will try again.",
  },
  goneMeanwhile: {
    uk: "Поки форма була відкрита, її вже передано до центру. Останньої відповіді там немає: скажіть її координаторові або впишіть у нову форму.",
    en: "While the form was open it was handed over to the centre. The last answer is not in it: tell it to your coordinator, or enter it in a new form.",
  },
  engineStopped: {
    uk: "Форму зупинено, останню відповідь не збережено. Натисніть «Спробувати ще»: форма відкриється з усім, що було до неї.",
    en: "The form has stopped, and the last answer is not saved. Press “Try again”: it opens with all that was there before.",
  },
  notWritten: {
    uk: "Останню відповідь не збережено: памʼять телефону не відповіла. Спробуйте ще.",
    en: "The last answer is not saved: the phone's storage did not answer. Try again.",
  },
  notBack: {
    uk: "Повернутися не вдалося: на телефоні немає місця або памʼять не відповідає. Звільніть місце і спробуйте ще раз. Якщо форма тим часом запечатається, виправте її зі списку надісланого.",
    en: "You could not go back: the phone is full or its storage does not answer. Free some space and try again. If the form is sealed meanwhile, correct it from the list of what was sent.",
  },
  notBackDamaged: {
    uk: "Повернутися не можна: відповіді цієї форми на телефоні пошкоджено. Скажіть координаторові.",
    en: "You cannot go back: the answers of this form are damaged on the phone. Tell your coordinator.",
  },
  notSealed: {
    uk: "Запечатати не вдалося: на телефоні немає місця або памʼять не відповідає. Форма лежить тут; звільніть місце, і ми спробуємо ще.",
    en: "It could not be sealed: the phone is full or its storage does not answer. The form is kept here; free some space, and we will try again.",
  },
  sealedDamaged: {
    uk: "Запечатати не вдалося: підготоване для центру на телефоні пошкоджено. Поверніться до форми і завершіть її ще раз.",
    en: "It could not be sealed: what was made ready for the centre is damaged on the phone. Go back to the form and finish it again.",
  },
  correctionNotKept: {
    uk: "Написане не збережено: на телефоні немає місця або памʼять не відповідає. Не закривайте, звільніть місце або запечатайте виправлення зараз.",
    en: "What you wrote is not saved: the phone is full or its storage does not answer. Keep this open; free some space, or seal the correction now.",
  },
  correctionNotSealed: {
    uk: "Запечатати не вдалося: на телефоні немає місця або памʼять не відповідає. Написане лишилося; звільніть місце і спробуйте ще раз.",
    en: "It could not be sealed: the phone is full or its storage does not answer. What you wrote is still here; free some space and try again.",
  },
  notLetIn: {
    uk: "Увійти не вдалося: на телефоні немає місця або памʼять не відповідає. Звільніть місце і спробуйте той самий код іще раз.",
    en: "You could not be let in: the phone is full or its storage does not answer. Free some space and try the same code again.",
  },
  notDone: {
    uk: "Не вдалося: на телефоні немає місця або памʼять не відповідає. Звільніть місце і спробуйте ще раз.",
    en: "It did not work: the phone is full or its storage does not answer. Free some space and try again.",
  },
  noName: { uk: "Без імені", en: "No name" },
});
