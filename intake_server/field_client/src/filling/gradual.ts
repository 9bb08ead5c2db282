/**
 * Shows a long page a few parts at a time, each painted before the next is made, so that
 * the tap that opens it is answered at once even on a slow phone.
 */
import { computed, type ComputedRef, onBeforeUnmount, ref } from "vue";

export interface Gradual {
  /** How many parts are shown now. */
  readonly shown: ComputedRef<number>;
  readonly isWhole: ComputedRef<boolean>;
  /** Begin anew with a page of so many parts. */
  begin(all: number): void;
  /** Show the rest at once. */
  whole(): void;
}

export function useGradual(step: number): Gradual {
  const count = ref(0);
  const total = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function more(): void {
    count.value += step;
    if (count.value < total.value) timer = setTimeout(more);
  }

  function begin(all: number): void {
    clearTimeout(timer);
    total.value = all;
    count.value = 0;
    more();
  }

  function whole(): void {
    clearTimeout(timer);
    count.value = total.value;
  }

  onBeforeUnmount(() => clearTimeout(timer));
  return {
    shown: computed(() => count.value),
    isWhole: computed(() => count.value >= total.value),
    begin,
    whole,
  };
}
