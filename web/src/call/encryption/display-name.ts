// Names go to the group and not to the server: what may be one is the group's rule.
export { isDisplayName } from '@sotto/e2ee/page';
