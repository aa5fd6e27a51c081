// What people in a meeting say to each other, and compare: chat, and the shield's thirty digits.
import type { Person } from './person.ts';
import { until } from './until.ts';

const byTestId = (testId: string): string => `[data-testid="${testId}"]`;

const textOf = async (person: Person, selector: string): Promise<string> => {
  await person.finds(selector);
  return person.page.$eval(selector, (element) => element.textContent?.trim() ?? '');
};

/** The thirty digits, as the shield shows them now. */
const safetyCode = async (person: Person): Promise<string> => {
  await person.press('shield');
  const code = await until(
    `${person.name} is shown a safety code`,
    () => textOf(person, byTestId('safety-code')),
    (text) => /^(\d{5} ?){6}$/.test(text),
  );
  await person.page.keyboard.press('Escape');
  return code;
};

/** Everybody is shown one and the same code, which is none of the others; which one. */
export const sharedCode = async (
  people: readonly Person[],
  others: readonly string[],
): Promise<string> => {
  const codes = await until(
    'all are shown the same new code',
    () => Promise.all(people.map((person) => safetyCode(person))),
    (shown) => new Set(shown).size === 1 && !others.includes(shown[0] ?? ''),
  );
  return codes[0] ?? '';
};

export const say = async (person: Person, text: string): Promise<void> => {
  if ((await person.page.$(byTestId('chat-input'))) === null) await person.press('toggle-chat');
  await person.page.waitForSelector(byTestId('chat-input'));
  await person.page.type(byTestId('chat-input'), text);
  await person.page.keyboard.press('Enter');
};

export const chatOf = (person: Person): Promise<string[]> =>
  person.page.$$eval(byTestId('chat-message'), (all) => all.map((one) => one.textContent ?? ''));

export const reads = async (person: Person, name: string, text: string): Promise<void> => {
  if ((await person.page.$(byTestId('chat-input'))) === null) await person.press('toggle-chat');
  await until(
    `${person.name} reads “${text}” by ${name}`,
    () => chatOf(person),
    (messages) => messages.some((one) => one.includes(text) && one.includes(name)),
  );
};
