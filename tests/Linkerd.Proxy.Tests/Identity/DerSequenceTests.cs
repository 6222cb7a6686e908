using Linkerd.Proxy.Identity;

namespace Linkerd.Proxy.Tests.Identity;

public sealed class DerSequenceTests
{
    [Fact]
    public void Certificates_one_after_the_other_are_cut_apart()
    {
        List<ReadOnlyMemory<byte>> parts = DerSequence.Split(new byte[] { 0x30, 0x03, 1, 1, 0xFF, 0x30, 0x00, 0x30, 0x02, 5, 0 });

        Assert.Equal(["3003" + "0101FF", "3000", "30020500"], parts.Select(static p => Convert.ToHexString(p.Span)));
        Assert.Empty(DerSequence.Split(default));
    }

    [Theory]
    [InlineData("3005AA")]
    [InlineData("30")]
    [InlineData("3080AAAA")]
    public void Bytes_that_are_no_DER_are_refused(string hex)
        => Assert.Throws<CertificateException>(() => DerSequence.Split(Convert.FromHexString(hex)));

    [Fact]
    public void Their_number_is_limited()
    {
        byte[] der = [.. Enumerable.Range(0, DerSequence.MaxCertificates).SelectMany(static _ => new byte[] { 0x30, 0 })];
        Assert.Equal(DerSequence.MaxCertificates, DerSequence.Split(der).Count);
        Assert.Throws<CertificateException>(() => DerSequence.Split((byte[])[.. der, 0x30, 0]));
    }
}
