// Joining by a welcome (RFC 9420 §12.4.3.1), by our own hand (SPEC G10, G11): ts-mls's join refuses
// valid trees, accepts a welcome without the link's key, and does not look at path keys.
import type { CiphersuiteImpl, ClientState, GroupInfo, PrivateKeyPackage, Welcome } from 'ts-mls';
import { verifyGroupInfoConfirmationTag, verifyGroupInfoSignature } from 'ts-mls/groupInfo.js';
import { ratchetTreeFromExtension } from 'ts-mls/groupInfo.js';
import type { GroupSecrets } from 'ts-mls/groupSecrets.js';
import { deriveKeySchedule } from 'ts-mls/keySchedule.js';
import { pathToRoot } from 'ts-mls/pathSecrets.js';
import { mergePrivateKeyPaths, toPrivateKeyPath } from 'ts-mls/privateKeyPath.js';
import { accumulatePskSecret } from 'ts-mls/pskIndex.js';
import { findLeafIndex } from 'ts-mls/ratchetTree.js';
import { createSecretTree } from 'ts-mls/secretTree.js';
import { leafToNodeIndex, toLeafIndex } from 'ts-mls/treemath.js';
import { firstCommonAncestor } from 'ts-mls/updatePath.js';
import { decryptGroupInfo, decryptGroupSecrets } from 'ts-mls/welcome.js';
import { toBase64url } from './group-bytes.ts';
import { GroupError, refuseAs } from './group-errors.ts';
import { type GroupPoint, samePoint } from './group-id.ts';
import type { OwnKeyPackage } from './mls-key-package.ts';
import type { Membership } from './mls-membership.ts';
import { checkPrivateKeys } from './mls-private-path.ts';
import { CLIENT_CONFIG, SUITE, decodeMessage, isLinkPsk, pskIndex } from './mls-suite.ts';
import { checkTree, leafCount } from './mls-tree.ts';

type Opened = {
  readonly own: OwnKeyPackage;
  readonly secrets: GroupSecrets;
  readonly pskSecret: Uint8Array;
  readonly info: GroupInfo;
};

const refuse = (why: string) => new GroupError('bad-welcome', why);

async function openSecrets(
  welcome: Welcome,
  packages: readonly OwnKeyPackage[],
  psk: Uint8Array,
  suite: CiphersuiteImpl,
): Promise<Opened> {
  const [secret, ...others] = welcome.secrets;
  if (secret === undefined || others.length > 0) throw refuse('not for one recipient');
  const ref = toBase64url(secret.newMember);
  const own = packages.find((candidate) => candidate.ref === ref);
  if (own === undefined) throw refuse('for no key package of ours');
  const initKey = await suite.hpke.importPrivateKey(own.privatePackage.initPrivateKey);
  const { newMember } = secret;
  const secrets = await decryptGroupSecrets(initKey, newMember, welcome, suite.hpke);
  if (secrets === undefined) throw refuse('no group secrets');
  const [pskId, ...morePsks] = secrets.psks;
  if (pskId === undefined || morePsks.length > 0 || !isLinkPsk(pskId)) {
    throw refuse('not by the link’s key');
  }
  const zeroes = new Uint8Array(suite.kdf.size);
  const [pskSecret] = await accumulatePskSecret(secrets.psks, pskIndex(psk), suite, zeroes);
  const info = await decryptGroupInfo(welcome, secrets.joinerSecret, pskSecret, suite);
  if (info === undefined) throw refuse('no group info');
  return { own, secrets, pskSecret, info };
}

function checkGroupInfo({ groupContext, extensions }: GroupInfo, expected: GroupPoint): void {
  if (groupContext.version !== 'mls10') throw refuse('another version');
  if (groupContext.cipherSuite !== SUITE) throw refuse('another suite');
  if (groupContext.extensions.length > 0) throw refuse('extensions of the group');
  if (extensions.length !== 1 || extensions[0]?.extensionType !== 'ratchet_tree') {
    throw refuse('extensions of the group info');
  }
  const point = {
    groupId: toBase64url(groupContext.groupId),
    epoch: Number(groupContext.epoch),
  };
  if (!samePoint(point, expected)) throw refuse('another group or epoch');
}

async function join({ own, secrets, pskSecret, info }: Opened, suite: CiphersuiteImpl) {
  const { groupContext } = info;
  const tree = ratchetTreeFromExtension(info);
  if (tree === undefined) throw refuse('no tree');
  await checkTree(tree, groupContext, suite);

  const leaf = findLeafIndex(tree, own.publicPackage.leafNode);
  if (leaf === undefined) throw refuse('one’s own leaf is missing');
  const signer = tree[leafToNodeIndex(toLeafIndex(info.signer))];
  if (info.signer >= leafCount(tree) || signer?.nodeType !== 'leaf' || info.signer === leaf) {
    throw refuse('signed by nobody');
  }
  const { signaturePublicKey } = signer.leaf;
  if (!(await verifyGroupInfoSignature(info, signaturePublicKey, suite.signature))) {
    throw refuse('the signature');
  }
  const { joinerSecret } = secrets;
  if (!(await verifyGroupInfoConfirmationTag(info, joinerSecret, pskSecret, suite))) {
    throw refuse('the confirmation tag');
  }

  const privatePath = await ownPath(tree, leaf, info.signer, own.privatePackage, secrets, suite);
  checkPrivateKeys(tree, privatePath, 'bad-welcome');
  const { kdf } = suite;
  const [keySchedule, encryption] = await deriveKeySchedule(
    joinerSecret,
    pskSecret,
    groupContext,
    kdf,
  );
  const secretTree = await createSecretTree(leafCount(tree), encryption, kdf);
  for (const secret of [encryption, joinerSecret, pskSecret]) secret.fill(0);
  const state: ClientState = {
    groupContext,
    ratchetTree: tree,
    privatePath,
    signaturePrivateKey: own.privatePackage.signaturePrivateKey,
    confirmationTag: info.confirmationTag,
    unappliedProposals: {},
    keySchedule,
    secretTree,
    historicalReceiverData: new Map(),
    groupActiveState: { kind: 'active' },
    clientConfig: CLIENT_CONFIG,
  };
  return { state, seenRefs: new Set([own.ref]), lastSeq: new Map<string, number>() };
}

async function ownPath(
  tree: ClientState['ratchetTree'],
  leaf: ReturnType<typeof toLeafIndex>,
  signer: number,
  privateKeys: PrivateKeyPackage,
  { pathSecret }: GroupSecrets,
  suite: CiphersuiteImpl,
) {
  const own = { leafIndex: leaf, privateKeys: { [leaf * 2]: privateKeys.hpkePrivateKey } };
  if (pathSecret === undefined) return own;
  const ancestor = firstCommonAncestor(tree, leaf, toLeafIndex(signer));
  const secrets = await pathToRoot(tree, ancestor, pathSecret, suite.kdf);
  return mergePrivateKeyPaths(await toPrivateKeyPath(secrets, leaf, suite), own);
}

/** `packages`: all that one still waits on. `expected`: where the record says that the commit led. */
export const openWelcome = (
  bytes: Uint8Array,
  packages: readonly OwnKeyPackage[],
  psk: Uint8Array,
  expected: GroupPoint,
  suite: CiphersuiteImpl,
): Promise<Membership> =>
  refuseAs('bad-welcome', async () => {
    const { welcome } = decodeMessage(bytes, 'mls_welcome', 'bad-welcome');
    if (welcome.cipherSuite !== SUITE) throw refuse('another suite');
    const opened = await openSecrets(welcome, packages, psk, suite);
    checkGroupInfo(opened.info, expected);
    return join(opened, suite);
  });
