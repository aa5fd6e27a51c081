// The part of libsrtp 3's interface that the mediasoup worker calls, over libsrtp 2.5.
//
// Version 3 made srtp_policy_t an opaque pointer, gave protect and unprotect an output buffer of
// their own, renamed srtp_remove_stream, and added two error codes. Lengths are in bytes.
#pragma once

// Version 2's srtp_policy_t is a struct; it goes by another name so that ours can be a pointer.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

inline constexpr auto srtp_err_status_buffer_small  = static_cast<srtp_err_status_t>(28);
inline constexpr auto srtp_err_status_cryptex_err = static_cast<srtp_err_status_t>(29);

struct srtp_policy_ctx_t
{
	srtp2_policy_t policy;
	unsigned char key[SRTP_MAX_KEY_LEN];
};
using srtp_policy_t = srtp_policy_ctx_t*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) srtp_policy_ctx_t{};

	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy)
	{
		// Written through a volatile pointer so that the compiler keeps the wiping of the key.
		volatile unsigned char* byte = policy->key;

		for (size_t i = 0; i < sizeof(policy->key); ++i)
		{
			byte[i] = 0;
		}
	}
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const auto status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);

	return status != srtp_err_status_ok
	         ? status
	         : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile);
}

// One key and no MKI (master key identifier), which is all that WebRTC has.
inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t mkiLen)
{
	if (policy->policy.key || mkiLen != 0 || keyLen > sizeof(policy->key) || saltLen > sizeof(policy->key) - keyLen)
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(policy->key, key, keyLen);
	std::memcpy(policy->key + keyLen, salt, saltLen);
	policy->policy.key = policy->key;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->policy.allow_repeat_tx = allow ? 1 : 0;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t packets)
{
	policy->policy.window_size = packets;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return srtp_create(session, &policy->policy);
}

// The SSRC is in network byte order, as in version 2.
inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

// Version 2 works in place: copies the packet to the output unless it is there already. `room` is
// what the transformation may add behind it.
template<typename InPlace>
inline srtp_err_status_t srtp3_out_of_place(
  InPlace inPlace, srtp_t session, const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t room)
{
	if (*outLen < room || inLen > *outLen - room)
	{
		return srtp_err_status_buffer_small;
	}

	if (in != out)
	{
		std::memmove(out, in, inLen);
	}

	int len           = static_cast<int>(inLen);
	const auto status = inPlace(session, out, &len);

	*outLen = static_cast<size_t>(len);

	return status;
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t /*mkiIndex*/)
{
	srtp_err_status_t (*inPlace)(srtp_t, void*, int*) = srtp_protect;

	return srtp3_out_of_place(inPlace, session, rtp, rtpLen, srtp, srtpLen, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	srtp_err_status_t (*inPlace)(srtp_t, void*, int*) = srtp_unprotect;

	return srtp3_out_of_place(inPlace, session, srtp, srtpLen, rtp, rtpLen, 0);
}

// An SRTCP packet grows by an index of four bytes as well.
inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t /*mkiIndex*/)
{
	srtp_err_status_t (*inPlace)(srtp_t, void*, int*) = srtp_protect_rtcp;

	return srtp3_out_of_place(
	  inPlace, session, rtcp, rtcpLen, srtcp, srtcpLen, SRTP_MAX_TRAILER_LEN + sizeof(uint32_t));
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	srtp_err_status_t (*inPlace)(srtp_t, void*, int*) = srtp_unprotect_rtcp;

	return srtp3_out_of_place(inPlace, session, srtcp, srtcpLen, rtcp, rtcpLen, 0);
}
