import { editsBetween } from '../edit-distance.ts';
import { environment } from './environment.ts';

const known = Object.keys(environment.shape);

/** KITH_ variables that are not settings: for the failure hook's command, the tests, and the classifier's benchmark. */
const notSettings = /^KITH_(FAILED_RUN|FAILED_WHY|PUBLISHED_RUN|PUBLISHED_AS_OF|TEST_\w+|BENCH_PYTHON)$/;

/** What Kubernetes sets in a pod for a service named kith or kith-…, besides KITH_…_PORT. */
const ofKubernetes = /^KITH(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)$/;
const portOfKubernetes = /^KITH(_\w+)?_PORT$/;
const isAddress = (value: string) => /^(tcp|udp|sctp):\/\//.test(value);

/**
 * A sentence for each variable that looks like a setting but isn't one; `given` are the KITH_… variables with a value.
 */
export function wrongNames(given: Record<string, string>): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (known.includes(name)) return isAddress(value) && portOfKubernetes.test(name) ? [takenByKubernetes(name)] : [];
    if (notSettings.test(name) || ofKubernetes.test(name)) return [];
    if (portOfKubernetes.test(name) && isAddress(value)) return [];
    const nearest = nearestOf(name);
    return [
      `${name} is not a setting of Kith${nearest ? `; did you mean ${nearest}?` : ': docs/settings.md lists them all.'}`,
    ];
  });
}

function takenByKubernetes(name: string): string {
  const service = name
    .replace(/_PORT$/, '')
    .toLowerCase()
    .replaceAll('_', '-');
  return (
    `${name} holds an address, not a port: Kubernetes sets it for a service named ${service}. ` +
    'Give the service another name, or set enableServiceLinks: false for the pod.'
  );
}

/** The setting with the most similar name, if it may have been meant. */
function nearestOf(name: string): string | undefined {
  const [nearest] = known
    .map((setting) => ({ setting, edits: editsBetween(name.toUpperCase(), setting) }))
    .sort((a, b) => a.edits - b.edits);
  // All names share the prefix KITH_.
  return nearest && nearest.edits <= (name.length - 'KITH_'.length) / 2 ? nearest.setting : undefined;
}
