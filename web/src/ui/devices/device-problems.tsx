// What is wrong with camera or microphone and how to mend it: once, when it is the same for both.
import type { Call, DeviceProblem } from '../../call/call-state.ts';
import { currentBrowser } from '../browser.ts';
import { handOff } from '../hand-off.ts';
import { Icon } from '../icon.tsx';
import { type Affected, deviceWords, problemWords } from '../words-devices.ts';

interface ProblemProps {
  readonly problem: DeviceProblem;
  readonly affected: Affected;
  readonly onRetry: () => void;
}

const Problem = ({ problem, affected, onRetry }: ProblemProps) => {
  const { title, text, retry } = problemWords(problem, affected, currentBrowser());
  return (
    <div class="problem" data-testid="device-problem" data-problem={problem}>
      <Icon name="triangle-alert" />
      <div class="problem-words">
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
      {retry && (
        <button type="button" class="button" onClick={onRetry}>
          {deviceWords.tryAgain}
        </button>
      )}
    </div>
  );
};

export const DeviceProblems = ({ call }: { readonly call: Call }) => {
  const mic = call.state.micProblem.value;
  const cam = call.state.camProblem.value;
  const retry = () => handOff(call.openDevices());
  const same = mic !== null && mic === cam;
  return (
    <div class="problems" role="status">
      {same && <Problem problem={mic} affected="both" onRetry={retry} />}
      {!same && cam && <Problem problem={cam} affected="camera" onRetry={retry} />}
      {!same && mic && <Problem problem={mic} affected="microphone" onRetry={retry} />}
    </div>
  );
};
