// Numbers of the netlink families that the engine speaks, as the kernel's headers spell them.

// linux/netlink.h
export const NLM_F_REQUEST = 0x1
export const NLM_F_ACK = 0x4
export const NLM_F_DUMP = 0x300
/** In an answer: what is listed has changed meanwhile. */
export const NLM_F_DUMP_INTR = 0x10
export const NLM_F_EXCL = 0x200
export const NLM_F_CREATE = 0x400
export const NLM_F_APPEND = 0x800
/** In an answer: the request is not repeated in it / attributes follow. */
export const NLM_F_CAPPED = 0x100
export const NLM_F_ACK_TLVS = 0x200
export const NLA_F_NESTED = 0x8000
export const NLA_TYPE_MASK = 0x3fff
export const NLMSG_ERROR = 2
export const NLMSG_DONE = 3
export const NLMSGERR_ATTR_MSG = 1
export const SOL_NETLINK = 270
export const NETLINK_EXT_ACK = 11

// linux/if.h, linux/rtnetlink.h
export const IFF_UP = 1
export const RT_TABLE_MAIN = 254
export const RTPROT_STATIC = 4
export const RTN_UNICAST = 1

// linux/netfilter.h, linux/netfilter/nf_tables.h
export const NFPROTO_UNSPEC = 0
export const NFPROTO_INET = 1
export const NFPROTO_IPV4 = 2
export const NF_INET_PRE_ROUTING = 0
export const NF_INET_FORWARD = 2
export const NF_INET_LOCAL_OUT = 3
export const NF_INET_POST_ROUTING = 4
export const NF_DROP = 0
export const NF_ACCEPT = 1
export const NFT_JUMP = -3
export const NFNL_SUBSYS_CTNETLINK = 1
export const NFNL_SUBSYS_NFTABLES = 10

const nft = (command: number) => (NFNL_SUBSYS_NFTABLES << 8) | command
const flow = (command: number) => (NFNL_SUBSYS_CTNETLINK << 8) | command

/** The types of messages: linux/rtnetlink.h, linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h */
export const messages = {
  RTM_NEWLINK: 16,
  RTM_DELLINK: 17,
  RTM_GETLINK: 18,
  RTM_NEWADDR: 20,
  RTM_GETADDR: 22,
  RTM_NEWROUTE: 24,
  RTM_GETROUTE: 26,
  NFNL_MSG_BATCH_BEGIN: 0x10,
  NFNL_MSG_BATCH_END: 0x11,
  CT_MSG_GET: flow(1),
  CT_MSG_DELETE: flow(2),
  NFT_MSG_NEWTABLE: nft(0),
  NFT_MSG_DELTABLE: nft(2),
  NFT_MSG_NEWCHAIN: nft(3),
  NFT_MSG_GETCHAIN: nft(4),
  NFT_MSG_NEWRULE: nft(6),
  NFT_MSG_GETRULE: nft(7),
  NFT_MSG_DELRULE: nft(8),
} as const

export type MessageName = keyof typeof messages

/** The types of attributes; each kind of message, and each nesting, has a numbering of its own. */
export const attributes = {
  // linux/if_link.h
  IFLA_ADDRESS: 1,
  IFLA_IFNAME: 3,
  IFLA_MTU: 4,
  IFLA_MASTER: 10,
  IFLA_LINKINFO: 18,
  IFLA_NET_NS_FD: 28,
  IFLA_INFO_KIND: 1,
  IFLA_INFO_DATA: 2,
  IFLA_INFO_SLAVE_KIND: 4,
  IFLA_INFO_SLAVE_DATA: 5,
  IFLA_BRPORT_MODE: 4,
  VETH_INFO_PEER: 1,
  // linux/if_addr.h
  IFA_ADDRESS: 1,
  IFA_LOCAL: 2,
  IFA_LABEL: 3,
  IFA_BROADCAST: 4,
  // linux/rtnetlink.h
  RTA_DST: 1,
  RTA_OIF: 4,
  RTA_GATEWAY: 5,
  // linux/netfilter/nfnetlink_conntrack.h
  CTA_TUPLE_ORIG: 1,
  CTA_TUPLE_PROTO: 2,
  CTA_PROTO_NUM: 1,
  CTA_PROTO_DST_PORT: 3,
  // linux/netfilter/nf_tables.h
  NFTA_TABLE_NAME: 1,
  NFTA_CHAIN_TABLE: 1,
  NFTA_CHAIN_NAME: 3,
  NFTA_CHAIN_HOOK: 4,
  NFTA_CHAIN_POLICY: 5,
  NFTA_CHAIN_TYPE: 7,
  NFTA_HOOK_HOOKNUM: 1,
  NFTA_HOOK_PRIORITY: 2,
  NFTA_RULE_TABLE: 1,
  NFTA_RULE_CHAIN: 2,
  NFTA_RULE_HANDLE: 3,
  NFTA_RULE_EXPRESSIONS: 4,
  NFTA_RULE_USERDATA: 7,
  NFTA_LIST_ELEM: 1,
  NFTA_EXPR_NAME: 1,
  NFTA_EXPR_DATA: 2,
  NFTA_DATA_VALUE: 1,
  NFTA_DATA_VERDICT: 2,
  NFTA_VERDICT_CODE: 1,
  NFTA_VERDICT_CHAIN: 2,
  NFTA_PAYLOAD_DREG: 1,
  NFTA_PAYLOAD_BASE: 2,
  NFTA_PAYLOAD_OFFSET: 3,
  NFTA_PAYLOAD_LEN: 4,
  NFTA_BITWISE_SREG: 1,
  NFTA_BITWISE_DREG: 2,
  NFTA_BITWISE_LEN: 3,
  NFTA_BITWISE_MASK: 4,
  NFTA_BITWISE_XOR: 5,
  NFTA_CMP_SREG: 1,
  NFTA_CMP_OP: 2,
  NFTA_CMP_DATA: 3,
  NFTA_META_DREG: 1,
  NFTA_META_KEY: 2,
  NFTA_CT_DREG: 1,
  NFTA_CT_KEY: 2,
  NFTA_FIB_DREG: 1,
  NFTA_FIB_RESULT: 2,
  NFTA_FIB_FLAGS: 3,
  NFTA_NAT_TYPE: 1,
  NFTA_NAT_FAMILY: 2,
  NFTA_NAT_REG_ADDR_MIN: 3,
  NFTA_NAT_REG_PROTO_MIN: 5,
  NFTA_IMMEDIATE_DREG: 1,
  NFTA_IMMEDIATE_DATA: 2,
} as const

export type AttributeName = keyof typeof attributes
