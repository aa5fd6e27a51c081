// A track as a picture. The element stays while the track changes; sound is played elsewhere.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface VideoProps {
  readonly track: MediaStreamTrack;
  /** As in a mirror; a camera that looks away from its owner never is. */
  readonly mirrored?: boolean;
}

const looksAway = (track: MediaStreamTrack): boolean =>
  track.getSettings().facingMode === 'environment';

export const Video = ({ track, mirrored = false }: VideoProps) => {
  const ref = useRef<HTMLVideoElement>(null);
  const [stream] = useState(() => new MediaStream());
  const [ready, setReady] = useState(false);
  const [upright, setUpright] = useState(false);

  useLayoutEffect(() => {
    const video = ref.current;
    if (!video) return undefined;
    video.srcObject = stream;
    return () => {
      video.srcObject = null;
    };
  }, [stream]);

  // Within one stream: the last picture stays until the other track has one.
  useLayoutEffect(() => {
    stream.addTrack(track);
    return () => stream.removeTrack(track);
  }, [stream, track]);

  return (
    <video
      ref={ref}
      class="video"
      data-ready={ready ? 'true' : undefined}
      data-mirrored={mirrored && !looksAway(track) ? 'true' : undefined}
      data-upright={upright ? 'true' : undefined}
      autoplay
      muted
      playsInline
      onLoadedData={() => setReady(true)}
      onEmptied={() => setReady(false)}
      onEnded={({ currentTarget }) => {
        // Firefox takes a stream for over whose track changes before it has begun to play.
        currentTarget.srcObject = null;
        currentTarget.srcObject = stream;
      }}
      onResize={({ currentTarget: { videoWidth, videoHeight } }) =>
        setUpright(videoHeight > videoWidth)
      }
    />
  );
};
