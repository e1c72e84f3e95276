/**
 * What each recipient heard of each target on each channel, in order of arrival: the receivers' side of the story.
 * @returns {Map<string, {recipientId, targetId, channel, messages}>}
 */
export function lanesOf(messages) {
  const lanes = new Map();
  for (const message of messages.toSorted((a, b) => a.at - b.at)) {
    for (const targetId of message.targetIds) {
      const { recipientId, channel } = message;
      const key = laneKey({ recipientId, targetId, channel });
      const lane = lanes.get(key) ?? { key, recipientId, targetId, channel, messages: [] };
      lane.messages.push(message);
      lanes.set(key, lane);
    }
  }
  return lanes;
}

export const laneKey = ({ recipientId, targetId, channel }) =>
  `${targetId} → ${recipientId} by ${channel}`;
