import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'forewarn', name: 'push_subscriptions' })
export class PushSubscriptionEntity {
  @PrimaryColumn('text', { name: 'recipient_id' })
  recipientId!: string;

  @PrimaryColumn('text', { name: 'subscription_id' })
  subscriptionId!: string;

  @Column('text')
  endpoint!: string;

  @Column('text')
  p256dh!: string;

  @Column('text')
  auth!: string;
}
