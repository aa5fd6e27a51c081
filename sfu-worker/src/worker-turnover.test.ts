// Which workers drain and when they are replaced, with slots that only take note.
import { beforeEach, expect, it } from 'vitest';
import { Turnover, type TurnoverSlot } from './worker-turnover.ts';

class Slot implements TurnoverSlot {
  isRunning = true;
  isDraining = false;
  age = 0;
  replaced = 0;
  ageMs(): number {
    return this.age;
  }
  drain(): boolean {
    if (!this.isRunning || this.isDraining) return false;
    this.isDraining = true;
    return true;
  }
  replace(): void {
    this.isRunning = false;
    this.replaced += 1;
  }
  comeBack(): void {
    Object.assign(this, { isRunning: true, isDraining: false, age: 0 });
  }
}

let slots: [Slot, Slot];
let rooms: Map<number, number>;
let told: number;
let turnover: Turnover;
beforeEach(() => {
  slots = [new Slot(), new Slot()];
  rooms = new Map();
  told = 0;
  turnover = new Turnover({
    slots,
    countRooms: () => rooms,
    maxAgeMs: 1_000,
    onDraining: () => (told += 1),
  });
});

const draining = () => slots.map((_, worker) => turnover.isDraining(worker));
const replaced = () => slots.map((slot) => slot.replaced);
const look = () => {
  turnover.lookAtAges();
  turnover.lookAtDraining();
};

it('M18 a worker that drains is replaced when the last room has left it, and not before', () => {
  rooms.set(0, 2).set(1, 1);
  turnover.drain(0);
  turnover.drain(0);
  expect(told).toBe(1);
  expect(draining()).toEqual([true, false]);
  rooms.set(0, 1);
  look();
  expect(replaced()).toEqual([0, 0]);
  rooms.delete(0);
  look();
  look();
  expect(replaced()).toEqual([1, 0]);
  slots[0].comeBack();
  look();
  expect(draining()).toEqual([false, false]);
  expect(replaced()).toEqual([1, 0]);
});

it('M18 an empty worker that is to drain is replaced at once; one that is being replaced stays so', () => {
  turnover.drain(1);
  expect(replaced()).toEqual([0, 1]);
  slots[1].isDraining = false;
  turnover.drain(1);
  expect(replaced()).toEqual([0, 1]);
  expect(draining()).toEqual([false, false]);
  expect(told).toBe(1);
});

it('M18 a node that leaves drains for good, and replaces no worker', () => {
  rooms.set(0, 1);
  turnover.drain(0);
  expect(turnover.drainAll()).toBe(true);
  expect(turnover.drainAll()).toBe(false);
  turnover.drain(1);
  expect(told).toBe(2);
  rooms.clear();
  slots[1].age = 2_000;
  look();
  expect(replaced()).toEqual([0, 0]);
  slots[0].comeBack();
  expect(draining()).toEqual([true, true]);
});

it('M18 workers that are too old are replaced one after the other', () => {
  rooms.set(0, 1).set(1, 1);
  slots[0].age = 2_000;
  slots[1].age = 3_000;
  look();
  expect(draining()).toEqual([false, true]);
  expect(told).toBe(1);
  rooms.delete(1);
  look();
  expect(replaced()).toEqual([0, 1]);
  look();
  expect(draining()).toEqual([false, true]);
  slots[1].comeBack();
  look();
  expect(draining()).toEqual([true, false]);
});

it('M18 without an age nobody is too old', () => {
  const ageless = new Turnover({ slots, countRooms: () => rooms, onDraining: () => (told += 1) });
  slots[0].age = 1e12;
  ageless.lookAtAges();
  expect(replaced()).toEqual([0, 0]);
  expect(told).toBe(0);
});
