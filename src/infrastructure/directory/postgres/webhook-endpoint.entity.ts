import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity({ schema: 'forewarn', name: 'webhook_endpoints' })
export class WebhookEndpointEntity {
  @PrimaryColumn('text', { name: 'endpoint_id' })
  endpointId!: string;

  @Column('text')
  url!: string;

  @Column('text', { name: 'recipient_id', nullable: true })
  recipientId!: string | null;

  @Column('text', { array: true })
  secrets!: string[];

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;

  @Column('text', { name: 'disabled_reason', nullable: true })
  disabledReason!: string | null;
}
